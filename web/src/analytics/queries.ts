// What was gained in a span of days, and in the span of the same length before it.
import { queryOptions } from '@tanstack/react-query';
import { answered, client, type Schemas } from '../api/client';
import { days, instant, plus, wall, type Day } from '../lib/time';

export type Overview = Schemas['OverviewResponse'];
export type Figure = string;

/** The figures, in the order in which they are shown. Those of different names are never added up: a view is no impression. */
export const FIGURES: Figure[] = ['impressions', 'reach', 'views', 'likes', 'comments', 'shares', 'saves', 'clicks'];

export interface Span {
  days: Day[];
  from: string;
  to: string;
}

/** So many whole days, up to and with this one. */
export function span(last: Day, count: number, zone: string): Span {
  const first = plus(last, 1 - count);
  return { days: days(first, count), from: instant(first, 0, zone), to: new Date(Date.parse(instant(plus(last, 1), 0, zone)) - 1).toISOString() };
}

export const today = (now: number, zone: string): Day => wall(now, zone).toPlainDate().toString();

export const overviewOf = (workspace: string, { from, to }: Span, account: string | null) =>
  queryOptions({
    queryKey: ['posts', workspace, 'figures', from, to, account],
    queryFn: ({ signal }) => answered(client.GET('/v1/dashboard/analytics', { params: { query: { from, to, account: account ?? undefined } }, signal })),
    staleTime: 60_000,
  });

/** The course of a figure over days; days of which nothing was told have gained nothing. */
export function courseOf(overview: Overview, figure: Figure, over: Day[]): number[] {
  const by = new Map(overview.days.map((one) => [one.day, one.metrics[figure]]));
  return over.map((day) => by.get(day) ?? 0);
}
