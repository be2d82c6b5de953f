// Instants and what a clock on a wall shows of them. All arithmetic of days is done on the wall, by Temporal's rule `compatible`, which is the
// server's too: of a time that comes twice, the first; a time that is skipped, by the offset before.

export type Day = string; // 2026-12-01
export type WeekStart = 'monday' | 'saturday' | 'sunday';

export const day = (text: Day) => Temporal.PlainDate.from(text);
export const plus = (text: Day, days: number): Day => day(text).add({ days }).toString();

/** An instant as the wall in a zone shows it. */
export const wall = (instant: string | number, zone: string) =>
  (typeof instant === 'number' ? Temporal.Instant.fromEpochMilliseconds(instant) : Temporal.Instant.from(instant)).toZonedDateTimeISO(zone);

/** The instant at which a wall in a zone shows this. */
export function instant(date: Day, minutes: number, zone: string): string {
  const at = { hour: Math.floor(minutes / 60), minute: minutes % 60 };
  return day(date).toPlainDateTime(at).toZonedDateTime(zone).toInstant().toString({ smallestUnit: 'millisecond' });
}

/** Whether there is such an hour on that day: when clocks go forward, one is skipped. */
export const exists = (date: Day, hour: number, zone: string) => day(date).toPlainDateTime({ hour }).toZonedDateTime(zone).hour === hour;

/** Of a time that a day has twice, whether this is the second. */
export function isSecond(at: Temporal.ZonedDateTime): boolean {
  return at.offsetNanoseconds !== at.toPlainDateTime().toZonedDateTime(at.timeZoneId).offsetNanoseconds;
}

const FIRST: Record<WeekStart, number> = { monday: 1, saturday: 6, sunday: 7 };

export function startOfWeek(date: Day, first: WeekStart): Day {
  const found = day(date);
  return found.subtract({ days: (found.dayOfWeek - FIRST[first] + 7) % 7 }).toString();
}

export const days = (from: Day, count: number): Day[] => Array.from({ length: count }, (_, n) => plus(from, n));

/** `UTC+1`, of an instant in a zone. */
export function offset(instant: string | number, zone: string): string {
  const minutes = wall(instant, zone).offsetNanoseconds / 6e10;
  if (!minutes) return 'UTC';
  const rest = Math.abs(minutes) % 60;
  return `UTC${minutes < 0 ? '−' : '+'}${Math.floor(Math.abs(minutes) / 60)}${rest ? `:${String(rest).padStart(2, '0')}` : ''}`;
}

/** `Berlin` of `Europe/Berlin`. */
export const city = (zone: string) => (zone.split('/').pop() ?? zone).replaceAll('_', ' ');

export const browserZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;
