// Times as people say them: "in 2 h", "mon 9", "tomorrow 9:30", "3 dec 18:00".
import { instant, wall } from '../lib/time';

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const MORNING = 9 * 60;

/** The instant that is meant, after now; null where none can be made out. */
export function understood(said: string, now: number, zone: string): string | null {
  const text = said.trim().toLowerCase();
  const later = text.match(/^in (\d{1,3}) ?(m|min|minutes?|h|hours?|d|days?)$/);
  const local = wall(now, zone);
  if (later) {
    const unit = later[2]!.startsWith('m') ? 'minutes' : later[2]!.startsWith('h') ? 'hours' : 'days';
    return local.add({ [unit]: Number(later[1]) }).toInstant().toString({ smallestUnit: 'millisecond' });
  }
  const [, first = '', time] = text.match(/^(.*?)\s*(?:at )?(?:(\d{1,2}(?::\d{2})?(?: ?[ap]m)?))?$/) ?? [];
  const date = dateOf(first.trim(), local.toPlainDate());
  const minutes = time ? minutesOf(time) : first ? MORNING : null;
  if (!date || minutes === null) return null;
  const at = instant(date.toString(), minutes, zone);
  if (Date.parse(at) > now) return at;
  return first ? null : instant(date.add({ days: 1 }).toString(), minutes, zone);
}

function dateOf(said: string, today: Temporal.PlainDate): Temporal.PlainDate | null {
  if (!said || said === 'today') return today;
  if (said === 'tomorrow') return today.add({ days: 1 });
  const weekday = DAYS.findIndex((day) => said.replace(/^next /, '').startsWith(day));
  if (weekday >= 0) return today.add({ days: (weekday + 8 - today.dayOfWeek) % 7 || 7 });
  const [, day, name] = said.match(/^(\d{1,2})\.? ?([a-z]{3})[a-z]*$/) ?? [];
  const month = MONTHS.indexOf(name ?? '') + 1;
  if (!day || !month) return null;
  const found = Temporal.PlainDate.from({ year: today.year, month, day: Number(day) });
  return Temporal.PlainDate.compare(found, today) < 0 ? found.add({ years: 1 }) : found;
}

function minutesOf(said: string): number | null {
  const [, hour, minute = '0', half] = said.match(/^(\d{1,2})(?::(\d{2}))? ?([ap]m)?$/) ?? [];
  const hours = half ? (Number(hour) % 12) + (half === 'pm' ? 12 : 0) : Number(hour);
  return hours < 24 && Number(minute) < 60 ? hours * 60 + Number(minute) : null;
}
