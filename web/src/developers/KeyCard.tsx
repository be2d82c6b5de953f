// One key: whose it is, what it may do, and when it was used last.
import { ActionIcon, Button, Menu } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Bot, Ellipsis, KeyRound } from 'lucide-react';
import { useState } from 'react';
import { answered, client } from '../api/client';
import { useNow } from '../app/clock';
import { useWorkspace } from '../app/session';
import { ago, capital, moment } from '../lib/say';
import card from '../ui/Card.module.css';
import { Dialog } from '../ui/Dialog';
import { Facts } from '../ui/Facts';
import { copy } from '../ui/JsonView';
import { refused, tell } from '../ui/toasts';
import classes from './Keys.module.css';
import { keyOf, type Key } from './queries';
import { presetOf } from './words';

export function KeyCard({ one, rotate }: { one: Key; rotate: () => void }) {
  const { id, zone } = useWorkspace();
  const now = useNow();
  const { data } = useQuery(keyOf(id, one.id));
  const [asking, setAsking] = useState(false);
  const called = one.label || 'Without a label';
  const Icon = one.kind === 'agent' ? Bot : KeyRound;
  return (
    <section className={card.card} aria-label={called}>
      <header className={classes.head}>
        <span className={classes.icon} data-kind={one.kind}>
          <Icon size={18} aria-hidden />
        </span>
        <div className={classes.name}>
          <h2>{called}</h2>
          <code>{one.prefix}…</code>
        </div>
        <span className={classes.used} data-used={!!one.lastUsedAt || undefined}>
          {one.lastUsedAt ? `Used ${ago(one.lastUsedAt, now)}` : 'Never used'}
        </span>
        <Menu position="bottom-end" shadow="md">
          <Menu.Target>
            <ActionIcon variant="subtle" color="gray" aria-label={`More about ${one.label ?? one.prefix}`}>
              <Ellipsis size={17} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {one.secret && <Menu.Item onClick={() => void copy(one.secret!, 'The key is copied')}>Copy the key</Menu.Item>}
            <Menu.Item onClick={rotate}>Rotate…</Menu.Item>
            <Menu.Item color="red" onClick={() => setAsking(true)}>
              Revoke…
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </header>
      <Facts
        facts={[
          ['Whose', one.kind === 'agent' ? 'An agent’s: it never decides on approvals nor makes keys' : 'A person’s, or a program of theirs'],
          ['May', data?.operations ? <May operations={data.operations} /> : '…'],
          ['Made', one.createdAt ? moment(one.createdAt, zone) : '—'],
          ...(data?.expiresAt ? ([['Ends', moment(data.expiresAt, zone)]] as [string, string][]) : []),
        ]}
      />
      {asking && <Revoke one={one} called={called} close={() => setAsking(false)} />}
    </section>
  );
}

function May({ operations }: { operations: string[] }) {
  return (
    <>
      {presetOf(operations)}
      <span className={classes.operations}>
        {operations.map((each) => (
          <code key={each}>{each}</code>
        ))}
      </span>
    </>
  );
}

function Revoke({ one, called, close }: { one: Key; called: string; close: () => void }) {
  const { id } = useWorkspace();
  const cache = useQueryClient();
  const { mutate, isPending } = useMutation({
    mutationFn: () => answered(client.DELETE('/v1/dashboard/keys/{keyId}', { params: { path: { keyId: one.id } } })),
    onSuccess: () => {
      tell(`“${capital(called)}” is revoked`);
      close();
    },
    onError: (error) => refused(error, 'It is still good'),
    onSettled: () => cache.invalidateQueries({ queryKey: ['keys', id] }),
  });
  return (
    <Dialog title={`Revoke “${called}”?`} close={close}>
      <p>Whoever uses it is refused from now on. It cannot be taken back.</p>
      <Button color="red" loading={isPending} onClick={() => mutate()}>
        Revoke “{called}”
      </Button>
    </Dialog>
  );
}
