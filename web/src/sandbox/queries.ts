import { queryOptions } from '@tanstack/react-query';
import { answered, client } from '../api/client';

const HOUR = 3_600_000;
const [BEFORE, AFTER] = [8 * HOUR, 40 * HOUR];

/** When the next post is due, of those that wait. */
export const nextOf = (workspace: string) =>
  queryOptions({
    queryKey: ['posts', workspace, 'next'],
    queryFn: async ({ signal }) => {
      const query = { status: 'scheduled', view: 'card', limit: 1 } as const;
      const { posts } = await answered(client.GET('/v1/dashboard/posts', { params: { query }, signal }));
      return posts[0]?.publishAtUtc ?? null;
    },
  });

/** The posts of some hours on both sides of an hour. */
export const aroundOf = (workspace: string, hour: number) =>
  queryOptions({
    queryKey: ['posts', workspace, 'around', hour],
    queryFn: async ({ signal }) => {
      const [from, to] = [new Date(hour * HOUR - BEFORE).toISOString(), new Date(hour * HOUR + AFTER).toISOString()];
      const { posts } = await answered(client.GET('/v1/dashboard/posts', { params: { query: { from, to, view: 'card', limit: 200 } }, signal }));
      return { posts, from: Date.parse(from), to: Date.parse(to) };
    },
    placeholderData: (before) => before,
  });

export const hourOf = (now: number) => Math.floor(now / HOUR);
