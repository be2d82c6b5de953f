// A post is made to go out again and again: how often, from when on and how many times. What it says is what the post says.
import { Button, NumberInput, Select, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answered, client } from '../api/client';
import type { Post } from '../api/posts';
import { useWorkspace } from '../app/session';
import { EVERY, inWords, ruleOf, type Every } from '../lib/rules';
import { counted } from '../lib/say';
import { wall } from '../lib/time';
import card from '../ui/Card.module.css';
import { Dialog } from '../ui/Dialog';
import { Failure } from '../ui/Notice';
import { tell } from '../ui/toasts';

const TIMES = 10;

export function Repeat({ post, now, close }: { post: Post; now: number; close: () => void }) {
  const { id, zone } = useWorkspace();
  const cache = useQueryClient();
  const [every, setEvery] = useState<Every>('week');
  const [times, setTimes] = useState(TIMES);
  const [start, setStart] = useState(() => next(post, 'week', zone, now));
  const rule = ruleOf(every, start, times);
  const { mutate, error, isPending } = useMutation({
    mutationFn: () => answered(client.POST('/v1/repeats', { body: { rule, startsAt: start, timezone: zone, mode: 'scheduled', post: saidBy(post) } as never })),
    onSuccess: ({ repeat, posts }) => {
      tell(`${inWords(repeat.rule)}: ${counted(posts.length, 'post')} of it ${posts.length === 1 ? 'is' : 'are'} scheduled by now`);
      void cache.invalidateQueries({ queryKey: ['posts', id] });
      close();
    },
  });
  const choose = (to: string | null) => {
    const chosen = (to ?? 'week') as Every;
    setEvery(chosen);
    setStart(next(post, chosen, zone, now));
  };
  return (
    <Dialog title="Repeat this post" close={close}>
      <Select label="How often" value={every} onChange={choose} data={Object.entries(EVERY).map(([value, { label }]) => ({ value, label }))} allowDeselect={false} />
      <TextInput type="datetime-local" label={`For the first time, by the clock in ${zone}`} value={start} onChange={(event) => setStart(event.currentTarget.value)} />
      <NumberInput label="How many times" min={1} max={500} value={times} onChange={(value) => setTimes(Number(value) || 1)} />
      <p className={card.dim}>
        {inWords(rule)}. Each becomes a post of its own 30 days before it is due, which can be changed or canceled by itself. A network that refuses the same text twice
        has it left out.
      </p>
      {error && <Failure error={error} />}
      <Button loading={isPending} disabled={!start} onClick={() => mutate()}>
        Repeat it
      </Button>
    </Dialog>
  );
}

/** The first time after now that is whole steps after the post's own. */
function next(post: Post, every: Every, zone: string, now: number): string {
  let at = wall(post.publishAtUtc ?? now, zone);
  for (let steps = 1; steps === 1 || at.epochMilliseconds <= now; steps++) at = wall(post.publishAtUtc ?? now, zone).add(EVERY[every].step(steps));
  return at.toPlainDateTime().toString({ smallestUnit: 'minute' });
}

function saidBy(post: Post): object {
  return {
    account: post.accountId ?? post.account,
    description: post.description ?? '',
    ...(post.name ? { name: post.name } : {}),
    ...(post.assets?.length ? { assets: post.assets.map(fileOf) } : {}),
    ...(post.mediaPolicy && post.mediaPolicy !== 'strict' ? { media_policy: post.mediaPolicy } : {}),
    ...(Object.keys(post.settings ?? {}).length ? { settings: post.settings } : {}),
    ...(post.labels?.length ? { labels: post.labels } : {}),
  };
}

const fileOf = ({ id, managed, url, originalFilename, altText }: NonNullable<Post['assets']>[number]) => ({
  ...(managed && id ? { id, managed } : {}),
  url,
  ...(originalFilename ? { originalFilename } : {}),
  ...(altText ? { altText } : {}),
});
