// How fast likes, views and followers grow on the simulated networks: for figures in a minute that would take days.
import { Select } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { answered, client } from '../api/client';
import { sandboxOf, type Network } from '../api/sandbox';
import { useWorkspace } from '../app/session';
import card from '../ui/Card.module.css';
import { refused } from '../ui/toasts';

const SPEEDS = ['0', '1', '5', '20', '100'];
const WORDS: Record<string, string> = { '0': 'Not at all', '1': 'As usual', '5': '5 times as fast', '20': '20 times as fast', '100': '100 times as fast' };

export function GrowthCard({ networks }: { networks: Network[] }) {
  const { id, rights } = useWorkspace();
  const cache = useQueryClient();
  const { mutate, isPending } = useMutation({
    mutationFn: (speed: number) =>
      Promise.all(networks.map(({ network }) => answered(client.PUT('/v1/sandbox/networks/{network}/growth', { params: { path: { network } }, body: { metrics: speed, followers: speed } })))),
    onError: (error) => refused(error, 'Some networks grow as before'),
    onSettled: () => cache.invalidateQueries({ queryKey: sandboxOf(id).queryKey }),
  });
  const speeds = new Set(networks.flatMap((one) => [one.growth.metrics, one.growth.followers]));
  const now = speeds.size === 1 ? String([...speeds][0]) : null;
  return (
    <section className={card.card} aria-label="Figures grow">
      <h2>Figures grow</h2>
      <Select
        label="Likes, views, followers"
        value={now}
        placeholder="differently by network"
        disabled={isPending || !rights.has('rehearse')}
        onChange={(value) => value !== null && mutate(Number(value))}
        data={[...new Set([...SPEEDS, ...(now ? [now] : [])])].map((value) => ({ value, label: WORDS[value] ?? `${value} times as fast` }))}
        allowDeselect={false}
      />
    </section>
  );
}
