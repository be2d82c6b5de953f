// Something is to go wrong at a network, so many times: armed here, and disarmed again.
import { Button, Select } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answered, client, type Schemas } from '../api/client';
import { faultsOf, type Network } from '../api/sandbox';
import { useWorkspace } from '../app/session';
import { capital, counted } from '../lib/say';
import { refused } from '../ui/toasts';
import classes from './Sandbox.module.css';

export function FaultsCard({ networks, kinds }: { networks: Network[]; kinds: Schemas['FaultKind'][] }) {
  const { id, rights } = useWorkspace();
  const cache = useQueryClient();
  const { data: armed = [] } = useQuery(faultsOf(id));
  const [network, setNetwork] = useState(networks.find((one) => one.posts)?.network ?? networks[0]?.network ?? null);
  const [kind, setKind] = useState(kinds[0]?.kind ?? null);
  const options = {
    onError: (error: unknown) => refused(error, 'The faults are as they were'),
    onSettled: () => cache.invalidateQueries({ queryKey: faultsOf(id).queryKey }),
  };
  const arm = useMutation({
    mutationFn: () => {
      const params = { path: { network: network! } };
      return answered(client.POST('/v1/sandbox/networks/{network}/faults', { params, body: { kind: kind! } }));
    },
    ...options,
  });
  const disarm = useMutation({ mutationFn: () => answered(client.DELETE('/v1/sandbox/faults')), ...options });
  const name = (key: string) => networks.find((one) => one.network === key)?.label ?? key;
  const meaning = kinds.find((one) => one.kind === kind)?.meaning;
  return (
    <section className={classes.card} aria-label="Let something go wrong">
      <h2>Let something go wrong</h2>
      {rights.has('rehearse') && (
        <div className={classes.fields}>
          <Select label="Network" value={network} onChange={setNetwork} data={networks.map((one) => ({ value: one.network, label: one.label }))} allowDeselect={false} />
          <Select label="What happens" searchable value={kind} onChange={setKind} data={kinds.map((one) => ({ value: one.kind, label: capital(one.kind.replaceAll('_', ' ')) }))} allowDeselect={false} />
          <Button disabled={!network || !kind} loading={arm.isPending} onClick={() => arm.mutate()}>
            Arm it once
          </Button>
        </div>
      )}
      {meaning && <p className={classes.dim}>{capital(meaning)}</p>}
      {armed.length > 0 && (
        <>
          <ul className={classes.events}>
            {armed.map((one) => (
              <li key={one.network + one.kind + one.match}>
                <strong>{name(one.network)}</strong> {one.kind.replaceAll('_', ' ')} · {counted(one.times, 'time')} to come
              </li>
            ))}
          </ul>
          <Button variant="default" loading={disarm.isPending} onClick={() => disarm.mutate()}>
            Disarm all
          </Button>
        </>
      )}
    </section>
  );
}
