// The posts of a week as cards: a week is what is loaded, so that moving on finds the weeks beside it there already.
import { queryOptions, useQueries, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { answered, client } from '../api/client';
import type { Post } from '../api/posts';
import { instant, plus, type Day } from '../lib/time';

const PAGE = 500;

export const WEEKS = (workspace: string) => ['posts', workspace, 'week'];

export const weekOf = (workspace: string, from: Day, zone: string) =>
  queryOptions({
    queryKey: [...WEEKS(workspace), from, zone],
    queryFn: async ({ signal }): Promise<Post[]> => {
      const last = new Date(Date.parse(instant(plus(from, 7), 0, zone)) - 1).toISOString();
      const page = (offset: number) => {
        const query = { from: instant(from, 0, zone), to: last, view: 'card', limit: PAGE, offset } as const;
        return answered(client.GET('/v1/dashboard/posts', { params: { query }, signal }));
      };
      const first = await page(0);
      const rest = Math.max(0, Math.ceil((first.total ?? 0) / PAGE) - 1);
      const more = await Promise.all(Array.from({ length: rest }, (_, n) => page((n + 1) * PAGE)));
      return [first, ...more].flatMap((one) => one.posts);
    },
    staleTime: 30_000,
  });

/** The posts of these weeks, each once, and what of it is missing. The weeks beside them are fetched too, once these are there. */
export function useWeeks(workspace: string, weeks: Day[], zone: string) {
  const cache = useQueryClient();
  const found = useQueries({ queries: weeks.map((from) => weekOf(workspace, from, zone)) });
  const ready = found.every((one) => one.data);
  const [first, last] = [weeks[0]!, weeks.at(-1)!];
  useEffect(() => {
    if (!ready) return;
    for (const from of [plus(first, -7), plus(last, 7)]) void cache.prefetchQuery(weekOf(workspace, from, zone));
  }, [ready, first, last, workspace, zone, cache]);
  const posts = new Map(found.flatMap((one) => one.data ?? []).map((post) => [post.id, post]));
  const failed = found.filter((one) => one.error);
  return {
    posts,
    loading: found.some((one) => one.isPending),
    error: failed[0]?.error ?? null,
    retry: () => failed.forEach((one) => void one.refetch()),
  };
}
