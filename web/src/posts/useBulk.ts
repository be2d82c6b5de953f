// Which posts are chosen, what is done with them, and what was refused of which: those stay chosen, with the reason.
import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { Post } from '../api/posts';
import { useWorkspace } from '../app/session';
import { counted } from '../lib/say';
import { tell } from '../ui/toasts';
import { each } from './bulk';

export function useBulk(posts: Post[]) {
  const { id } = useWorkspace();
  const cache = useQueryClient();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [why, setWhy] = useState<ReadonlyMap<string, string>>(new Map());
  const [busy, setBusy] = useState<number | null>(null);
  const last = useRef<string | null>(null);
  const known = posts.filter((post) => chosen.has(post.id));

  const choose = (post: string, range: boolean) => {
    const next = new Set(chosen);
    const ids = posts.map((one) => one.id);
    const [from, to] = [ids.indexOf(last.current ?? post), ids.indexOf(post)].sort((a, b) => a - b) as [number, number];
    const these = range && from >= 0 ? ids.slice(from, to + 1) : [post];
    const on = !chosen.has(post);
    for (const one of these) on ? next.add(one) : next.delete(one);
    last.current = post;
    setChosen(next);
  };
  const all = (on: boolean) => setChosen(on ? new Set(posts.map((post) => post.id)) : new Set());
  const none = () => {
    setChosen(new Set());
    setWhy(new Map());
  };

  /** `said`: what was done, of so many posts. */
  const run = async (said: (posts: string) => string, act: (post: Post) => Promise<unknown>) => {
    setBusy(0);
    const { done, not } = await each(known, act, setBusy);
    setBusy(null);
    setWhy(not);
    setChosen(new Set(not.keys()));
    const words = said(counted(done.length, 'post'));
    tell(not.size ? `${done.length ? words : 'Nothing was done'}; ${not.size} not: why is said at each` : words);
    await cache.invalidateQueries({ queryKey: ['posts', id] });
    return done;
  };
  return { chosen, known, why, busy, choose, all, none, run };
}
