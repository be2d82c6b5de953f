// Rules by which a post is repeated (RRULE of RFC 5545): those that the dashboard makes, and any of them in words.
import { counted } from './say';
import { wall } from './time';

export type Every = 'day' | 'week' | 'fortnight' | 'month';

export const EVERY: Record<Every, { label: string; rule: string; step: (n: number) => Temporal.DurationLike }> = {
  day: { label: 'Every day', rule: 'FREQ=DAILY', step: (n) => ({ days: n }) },
  week: { label: 'Every week', rule: 'FREQ=WEEKLY', step: (n) => ({ weeks: n }) },
  fortnight: { label: 'Every two weeks', rule: 'FREQ=WEEKLY;INTERVAL=2', step: (n) => ({ weeks: 2 * n }) },
  month: { label: 'Every month', rule: 'FREQ=MONTHLY', step: (n) => ({ months: n }) },
};

/** `start`: a time on a wall, 2026-12-01T09:00. A month that has no such day is left out, as the rule says. */
export function ruleOf(every: Every, start: string, times: number): string {
  const day = start.slice(8, 10);
  return `${EVERY[every].rule}${every === 'month' && day ? `;BYMONTHDAY=${Number(day)}` : ''};COUNT=${times}`;
}

const UNITS: Record<string, string> = { DAILY: 'day', WEEKLY: 'week', MONTHLY: 'month', YEARLY: 'year' };
const DAYS: Record<string, string> = { MO: 'Mon', TU: 'Tue', WE: 'Wed', TH: 'Thu', FR: 'Fri', SA: 'Sat', SU: 'Sun' };

/** `Every 2 weeks on Mon and Fri, 10 times`; what has no words here is shown as it is written. */
export function inWords(rule: string, zone = 'UTC'): string {
  const { FREQ = '', INTERVAL = '1', BYDAY, BYMONTHDAY, COUNT, UNTIL, ...others } = Object.fromEntries(rule.split(';').map((part) => part.split('='))) as Record<string, string>;
  const unit = UNITS[FREQ];
  if (!unit || Object.keys(others).some((name) => name !== 'WKST')) return rule;
  const days = BYDAY?.split(',').map((one) => DAYS[one]);
  if (days?.some((one) => !one)) return rule;
  const said = [INTERVAL === '1' ? `Every ${unit}` : `Every ${INTERVAL} ${unit}s`];
  if (days) said.push(`on ${listed(days as string[])}`);
  if (BYMONTHDAY) said.push(`on day ${listed(BYMONTHDAY.split(','))}`);
  const end = COUNT ? `, ${counted(Number(COUNT), 'time')}` : UNTIL ? `, until ${untilOf(UNTIL, zone)}` : '';
  return said.join(' ') + end;
}

const listed = (words: string[]) => (words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`);

/** 20270301T090000Z, or without the zone or the time. */
function untilOf(text: string, zone: string): string {
  const [, year, month, day, hour, minute] = text.match(/^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\dZ?)?$/) ?? [];
  if (!year) return text;
  const date = `${year}-${month}-${day}`;
  return text.endsWith('Z') ? wall(`${date}T${hour}:${minute}:00Z`, zone).toPlainDate().toString() : date;
}
