// A move shows at once, may be refused, and leaves behind how to take it back.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { answered, client } from '../api/client';
import type { Post } from '../api/posts';
import { counted, moment } from '../lib/say';
import { instant, exists, type Day } from '../lib/time';
import { remember, type Undoable } from '../lib/undo';
import { refused, tellUndoable } from '../ui/toasts';
import type { Card } from './cards';
import { WEEKS } from './queries';

type Move = { id: string; publishAt: string; ifUpdatedAt: string };

const send = (posts: Move[]) => answered(client.POST('/v1/dashboard/posts/move', { body: { posts } }));

export function useMove(workspace: string, zone: string) {
  const cache = useQueryClient();
  const weeks = { queryKey: WEEKS(workspace) };
  const show = (moves: Move[]) => {
    const to = new Map(moves.map((one) => [one.id, one.publishAt]));
    cache.setQueriesData<Post[]>(weeks, (posts) => posts?.map((post) => ({ ...post, publishAtUtc: to.get(post.id) ?? post.publishAtUtc })));
  };
  return useMutation({
    mutationFn: ({ card, at }: { card: Card; at: string }) => send(movesOf(card.posts, at)),
    onMutate: async ({ card, at }) => {
      await cache.cancelQueries(weeks);
      const before = cache.getQueriesData<Post[]>(weeks);
      show(movesOf(card.posts, at));
      return () => before.forEach(([key, posts]) => cache.setQueryData(key, posts));
    },
    onError: (error, _, back) => {
      back?.();
      refused(error, 'It stays where it was');
    },
    onSuccess: ({ posts }, { card, at }) => {
      const inverse = posts.map((one) => ({ id: one.id, publishAt: card.at, ifUpdatedAt: one.updatedAt }));
      const what: Undoable = {
        label: `${counted(posts.length, 'post')} moved to ${moment(at, zone)}`,
        takeBack: async () => {
          show(inverse);
          try {
            await send(inverse);
          } finally {
            await cache.invalidateQueries(weeks);
          }
        },
      };
      remember(what);
      tellUndoable(what);
    },
    onSettled: () => cache.invalidateQueries({ queryKey: ['posts', workspace] }),
  });
}

const movesOf = (posts: Post[], publishAt: string): Move[] =>
  posts.map((post) => ({ id: post.id, publishAt, ifUpdatedAt: post.updatedAt ?? '' }));

export interface Target {
  day: Day;
  minutes: number;
}

/** The instant that a place in the calendar means, or why nothing can be put there. */
export function landing(target: Target, zone: string, now: number): { at: string } | { why: string } {
  if (!exists(target.day, Math.floor(target.minutes / 60), zone)) return { why: 'Skipped by the clocks' };
  const at = instant(target.day, target.minutes, zone);
  return Date.parse(at) <= now ? { why: 'In the past' } : { at };
}
