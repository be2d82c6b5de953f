// Something is to go wrong at a network: a recipe by one click, or any kind there is, so many times. What is armed waits for the next calls.
import { ActionIcon, Button, NumberInput, Select } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { X, Zap } from 'lucide-react';
import { useState } from 'react';
import { answered, client, type Schemas } from '../api/client';
import { faultsOf, type Network } from '../api/sandbox';
import { useWorkspace } from '../app/session';
import { capital, counted } from '../lib/say';
import card from '../ui/Card.module.css';
import { Glyph } from '../ui/Glyph';
import { refused } from '../ui/toasts';
import classes from './Sandbox.module.css';

const RECIPES: [label: string, fault: { kind: string; seconds?: number }][] = [
  ['Answer lost', { kind: 'reset_after' }],
  ['429, two minutes', { kind: 'rate_limit', seconds: 120 }],
  ['Login withdrawn', { kind: 'revoke_token' }],
  ['File fails there', { kind: 'fail_processing' }],
  ['Out of order', { kind: 'error' }],
];

export function FaultsCard({ networks, kinds }: { networks: Network[]; kinds: Schemas['FaultKind'][] }) {
  const { id, rights } = useWorkspace();
  const cache = useQueryClient();
  const { data: armed = [] } = useQuery(faultsOf(id));
  const [network, setNetwork] = useState(networks.find((one) => one.network === 'x')?.network ?? networks[0]?.network ?? '');
  const [kind, setKind] = useState(kinds[0]?.kind ?? '');
  const [times, setTimes] = useState<number | string>(1);
  const options = {
    onError: (error: unknown) => refused(error, 'The faults are as they were'),
    onSettled: () => cache.invalidateQueries({ queryKey: faultsOf(id).queryKey }),
  };
  const arm = useMutation({
    mutationFn: (fault: { kind: string; seconds?: number; times?: number }) =>
      answered(client.POST('/v1/sandbox/networks/{network}/faults', { params: { path: { network } }, body: fault as never })),
    ...options,
  });
  const disarm = useMutation({
    mutationFn: (faultId: string | null) =>
      answered<unknown>(faultId ? client.DELETE('/v1/sandbox/faults/{faultId}', { params: { path: { faultId } } }) : client.DELETE('/v1/sandbox/faults')),
    ...options,
  });
  const known = (key: string) => networks.find((one) => one.network === key);
  const meaning = (one: string) => kinds.find((each) => each.kind === one)?.meaning ?? one.replaceAll('_', ' ');
  return (
    <>
      {rights.has('rehearse') && (
        <section className={card.card} aria-label="Let something go wrong">
          <h2>Let something go wrong</h2>
          <Select label="Network" value={network} onChange={(value) => setNetwork(value ?? network)} data={networks.map((one) => ({ value: one.network, label: one.label }))} allowDeselect={false} />
          <div className={classes.recipes}>
            {RECIPES.map(([label, fault]) => (
              <Button key={label} size="compact-md" variant="default" leftSection={<Zap size={13} />} disabled={arm.isPending} onClick={() => arm.mutate(fault)}>
                {label}
              </Button>
            ))}
          </div>
          <details className={classes.more}>
            <summary>Something else</summary>
            <div className={card.form}>
              <Select
                label="What happens"
                searchable
                value={kind}
                onChange={(value) => setKind(value ?? kind)}
                data={kinds.map((one) => ({ value: one.kind, label: capital(one.meaning) }))}
                allowDeselect={false}
              />
              <NumberInput label="How many calls meet it" min={1} max={1000} allowDecimal={false} value={times} onChange={setTimes} hideControls />
              <Button variant="default" loading={arm.isPending} onClick={() => arm.mutate({ kind, times: typeof times === 'number' ? times : 1 })}>
                Arm it
              </Button>
            </div>
          </details>
        </section>
      )}
      {armed.length > 0 && (
        <section className={card.card} aria-label="Armed">
          <h2>Armed</h2>
          <ul className={classes.armed}>
            {armed.map((one) => (
              <li key={one.id}>
                <Glyph provider={known(one.network)?.providers[0] ?? one.network} size={18} named />
                <span>
                  {capital(meaning(one.kind).replace('`seconds`', `${one.seconds} s`))}
                  <small>
                    {counted(one.times, 'call')} left at {known(one.network)?.label ?? one.network}
                  </small>
                </span>
                {rights.has('rehearse') && (
                  <ActionIcon variant="subtle" color="gray" aria-label={`Disarm: ${meaning(one.kind)}, at ${known(one.network)?.label ?? one.network}`} disabled={disarm.isPending} onClick={() => disarm.mutate(one.id)}>
                    <X size={15} />
                  </ActionIcon>
                )}
              </li>
            ))}
          </ul>
          {rights.has('rehearse') && armed.length > 1 && (
            <Button variant="default" loading={disarm.isPending} onClick={() => disarm.mutate(null)}>
              Disarm all
            </Button>
          )}
        </section>
      )}
    </>
  );
}
