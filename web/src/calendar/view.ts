// What the calendar shows is in its address and only there, so that a link shows the same.
import { useCallback } from 'react';
import { useSearchParams } from 'wouter';
import { useNow } from '../app/clock';
import { useWorkspace } from '../app/session';
import { useNarrow } from '../lib/narrow';
import { monthOf, longDay, shortDay, span } from '../lib/say';
import { day, days, plus, startOfWeek, wall, type Day } from '../lib/time';

export type View = 'day' | 'week' | 'month' | 'list';
export const VIEWS: View[] = ['day', 'week', 'month', 'list'];
const LIST_DAYS = 14;

export function useCalendarView() {
  const workspace = useWorkspace();
  const now = useNow();
  const [params, setParams] = useSearchParams();
  const narrow = useNarrow();
  const usual: View = narrow ? 'list' : 'week';
  const view = VIEWS.find((one) => one === params.get('view')) ?? usual;
  const zone = params.get('tz') ?? workspace.zone;
  const today = wall(now, zone).toPlainDate().toString();
  const date = valid(params.get('date')) ?? today;
  const accounts = params.getAll('account');
  const change = useCallback(
    (next: Record<string, string | string[] | null>, replace = true) =>
      setParams(
        (old) => {
          const made = new URLSearchParams(old);
          for (const [name, value] of Object.entries(next)) {
            made.delete(name);
            for (const each of [value ?? []].flat()) made.append(name, each);
          }
          return made;
        },
        { replace },
      ),
    [setParams],
  );
  const found = shown(view, date, workspace.weekStart);
  return { view, zone, today, now, date, narrow, accounts, post: params.get('post'), change, shown: narrow ? { ...found, title: short(view, date, found, today) } : found };
}

function valid(text: string | null): Day | undefined {
  try {
    return text ? day(text).toString() : undefined;
  } catch {
    return undefined;
  }
}

/** What the calendar shows, where there is little room: the year is told where it is another one. */
function short(view: View, date: Day, { days: all, title }: Shown, today: Day): string {
  if (view === 'month' || day(date).year !== day(today).year) return title;
  return view === 'day' ? shortDay(date) : span(all[0]!, all.at(-1)!, true);
}

export interface Shown {
  days: Day[];
  weeks: Day[]; // the first days of the weeks that hold them, each of which is loaded by itself
  title: string;
  previous: Day;
  next: Day;
}

function shown(view: View, date: Day, weekStart: Parameters<typeof startOfWeek>[1]): Shown {
  const week = startOfWeek(date, weekStart);
  if (view === 'day') return { days: [date], weeks: [week], title: longDay(date), previous: plus(date, -1), next: plus(date, 1) };
  if (view === 'week') {
    return { days: days(week, 7), weeks: [week], title: span(week, plus(week, 6)), previous: plus(date, -7), next: plus(date, 7) };
  }
  if (view === 'list') {
    const all = days(date, LIST_DAYS);
    const weeks = [...new Set(all.map((one) => startOfWeek(one, weekStart)))];
    return { days: all, weeks, title: span(date, plus(date, LIST_DAYS - 1)), previous: plus(date, -LIST_DAYS), next: plus(date, LIST_DAYS) };
  }
  const first = day(date).with({ day: 1 });
  const from = startOfWeek(first.toString(), weekStart);
  const last = first.add({ months: 1 }).subtract({ days: 1 }).toString();
  const weeks = days(from, 42).filter((one, n) => n % 7 === 0 && one <= last);
  return {
    days: days(from, weeks.length * 7),
    weeks,
    title: monthOf(date),
    previous: first.subtract({ months: 1 }).toString(),
    next: first.add({ months: 1 }).toString(),
  };
}
