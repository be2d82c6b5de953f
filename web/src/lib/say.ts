// Times, numbers and lists in words.
import { day, isSecond, wall, type Day } from './time';

const LANGUAGE = 'en-GB';
const two = (n: number) => String(n).padStart(2, '0');

export const clock = (instant: string, zone: string, seconds = false): string => {
  const at = wall(instant, zone);
  const text = `${two(at.hour)}:${two(at.minute)}${seconds ? `:${two(at.second)}` : ''}`;
  return isSecond(at) ? `${text} (2nd)` : text;
};

const formatted = (date: Day, options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat(LANGUAGE, { ...options, timeZone: 'UTC' }).format(new Date(`${date}T12:00:00Z`));

export const weekday = (date: Day) => formatted(date, { weekday: 'short' });
export const monthOf = (date: Day) => formatted(date, { month: 'long', year: 'numeric' });
export const shortDay = (date: Day) => formatted(date, { weekday: 'short', day: 'numeric', month: 'short' }).replace(',', '');
export const longDay = (date: Day) => formatted(date, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });

/** `30 Nov – 6 December 2026`, or in short `30 Nov – 6 Dec` */
export function span(from: Day, to: Day, short = false): string {
  const [a, b] = [day(from), day(to)];
  const end = formatted(to, short ? { day: 'numeric', month: 'short' } : { day: 'numeric', month: 'long', year: 'numeric' });
  if (a.year !== b.year) return `${formatted(from, { day: 'numeric', month: 'short', year: 'numeric' })} – ${end}`;
  return a.month === b.month ? `${a.day} – ${end}` : `${formatted(from, { day: 'numeric', month: 'short' })} – ${end}`;
}

/** `Tue 1 Dec, 09:15` */
export const moment = (instant: string, zone: string, seconds = false) =>
  `${shortDay(wall(instant, zone).toPlainDate().toString())}, ${clock(instant, zone, seconds)}`;

/** `Tue 1 Dec, 09:15 – 17:30`, or of several days `Tue 1 Dec, 09:15 – Thu 3 Dec, 17:30` */
export function between(from: string, to: string, zone: string): string {
  const [first, last] = [moment(from, zone), moment(to, zone)];
  if (first === last) return first;
  const sameDay = wall(from, zone).toPlainDate().equals(wall(to, zone).toPlainDate());
  return `${first} – ${sameDay ? clock(to, zone) : last}`;
}

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
];
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'always' });

/** `in 2 hours`, `3 minutes ago` */
export function ago(instant: string, now: number): string {
  const distance = Date.parse(instant) - now;
  const [unit, size] = UNITS.find(([, size]) => Math.abs(distance) >= size) ?? ['second', 1000];
  return relative.format(Math.round(distance / size), unit);
}

export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  return `${Math.floor(milliseconds / 60_000)} min ${Math.round((milliseconds % 60_000) / 1000)} s`;
}

const rules = new Intl.PluralRules('en');
export const counted = (n: number, one: string, many = `${one}s`) => `${n.toLocaleString('en')} ${rules.select(n) === 'one' ? one : many}`;
export const listed = (words: string[]) => new Intl.ListFormat('en').format(words);
export const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** `privacyLevel` or `PUBLIC_TO_EVERYONE` as words. */
export const words = (id: string) => capital(id.replace(/([a-z])([A-Z])/g, '$1 $2').replaceAll('_', ' ').toLowerCase());
