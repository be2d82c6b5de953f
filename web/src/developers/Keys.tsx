// API keys: made, rotated, revoked. A secret is shown when it is made, and by asking for it.
import { Button, Menu, Modal, Select, TextInput, ActionIcon } from '@mantine/core';
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Copy, Ellipsis, Plus } from 'lucide-react';
import { useState } from 'react';
import { answered, client, type Schemas } from '../api/client';
import { useNow } from '../app/clock';
import { useWorkspace } from '../app/session';
import { ROOT } from '../lib/address';
import { ago } from '../lib/say';
import { copy } from '../ui/JsonView';
import { Empty, Failure } from '../ui/Notice';
import { Page } from '../ui/Page';
import rows from '../ui/Rows.module.css';
import { refused, tell } from '../ui/toasts';
import classes from './Keys.module.css';

type Key = Schemas['ApiKey'];

const keysOf = (workspace: string) =>
  queryOptions({
    queryKey: ['keys', workspace],
    queryFn: async ({ signal }) => (await answered(client.GET('/v1/dashboard/keys', { signal }))).keys,
  });

const GRACES = [
  { value: '0', label: 'ends now' },
  { value: '3600', label: 'is good for another hour' },
  { value: '86400', label: 'is good for another day' },
];

export function Keys() {
  const { id } = useWorkspace();
  const { data, error, refetch } = useQuery(keysOf(id));
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<string | null>(null);
  const [rotating, setRotating] = useState<Key | null>(null);
  const create = (
    <Button leftSection={<Plus size={16} />} onClick={() => setMaking(true)}>
      Create a key
    </Button>
  );
  const good = data?.filter((key) => !key.revokedAt);
  return (
    <Page title="Keys" actions={create}>
      {error && <Failure error={error} retry={() => void refetch()} />}
      {good && !good.length && (
        <Empty title="There is no key" action={create}>
          A program or an agent calls the API with a key of this workspace.
        </Empty>
      )}
      {!!good?.length && (
        <ul className={rows.list}>
          {good.map((key) => (
            <Row key={key.id} one={key} rotate={() => setRotating(key)} />
          ))}
        </ul>
      )}
      {making && <Create close={() => setMaking(false)} made={setMade} />}
      {rotating && <Rotate one={rotating} close={() => setRotating(null)} made={setMade} />}
      {made && <Secret secret={made} close={() => setMade(null)} />}
    </Page>
  );
}

function Row({ one, rotate }: { one: Key; rotate: () => void }) {
  const { id } = useWorkspace();
  const cache = useQueryClient();
  const now = useNow();
  const { mutate } = useMutation({
    mutationFn: () => answered(client.DELETE('/v1/dashboard/keys/{keyId}', { params: { path: { keyId: one.id } } })),
    onSuccess: () => tell(`“${one.label}” is revoked`),
    onError: (error) => refused(error, 'It is still good'),
    onSettled: () => cache.invalidateQueries({ queryKey: ['keys', id] }),
  });
  const [asking, setAsking] = useState(false);
  return (
    <li className={rows.row}>
      <div className={classes.name}>
        <strong>{one.label || 'Without a label'}</strong>
        <code>{one.prefix}…</code>
      </div>
      <span className={classes.dim}>{one.kind === 'agent' ? 'of an agent' : 'of a person'}</span>
      <span className={classes.dim}>{one.lastUsedAt ? `used ${ago(one.lastUsedAt, now)}` : 'never used'}</span>
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
      <Modal opened={asking} onClose={() => setAsking(false)} title={`Revoke “${one.label}”?`} lockScroll={false} closeButtonProps={{ 'aria-label': 'Close' }}>
        <p>Whoever uses it is refused from now on. It cannot be taken back.</p>
        <Button color="red" mt="md" onClick={() => mutate()}>
          Revoke “{one.label}”
        </Button>
      </Modal>
    </li>
  );
}

interface Making {
  close: () => void;
  made: (secret: string) => void;
}

function useMade({ close, made }: Making, call: () => Promise<Schemas['KeyCreateResponse']>) {
  const { id } = useWorkspace();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: call,
    onSuccess: (answer) => {
      close();
      if (answer.secret) made(answer.secret);
    },
    onSettled: () => cache.invalidateQueries({ queryKey: ['keys', id] }),
  });
}

function Create(props: Making) {
  const [label, setLabel] = useState('');
  const [kind, setKind] = useState('personal');
  const { mutate, error, isPending } = useMade(props, () => answered(client.POST('/v1/dashboard/keys', { body: { label, kind } })));
  return (
    <Modal opened onClose={props.close} title="Create a key" lockScroll={false} closeButtonProps={{ 'aria-label': 'Close' }}>
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          mutate();
        }}
      >
        <TextInput label="What it is for" placeholder="Press bot" value={label} onChange={(event) => setLabel(event.currentTarget.value)} data-autofocus required />
        <Select
          label="Who uses it"
          value={kind}
          onChange={(value) => setKind(value ?? 'personal')}
          data={[
            { value: 'personal', label: 'A person or a program of theirs' },
            { value: 'agent', label: 'An agent' },
          ]}
          allowDeselect={false}
        />
        {error && <Failure error={error} />}
        <Button type="submit" loading={isPending}>
          Create the key
        </Button>
      </form>
    </Modal>
  );
}

function Rotate({ one, ...props }: Making & { one: Key }) {
  const [grace, setGrace] = useState('0');
  const { mutate, error, isPending } = useMade(props, () =>
    answered(client.POST('/v1/dashboard/keys/{keyId}/rotate', { params: { path: { keyId: one.id } }, body: { graceSeconds: Number(grace) } })),
  );
  return (
    <Modal opened onClose={props.close} title={`Rotate “${one.label}”`} lockScroll={false} closeButtonProps={{ 'aria-label': 'Close' }}>
      <div className={classes.form}>
        <Select label="The secret that it has now" value={grace} onChange={(value) => setGrace(value ?? '0')} data={GRACES} allowDeselect={false} />
        {error && <Failure error={error} />}
        <Button loading={isPending} onClick={() => mutate()}>
          Give it a new secret
        </Button>
      </div>
    </Modal>
  );
}

function Secret({ secret, close }: { secret: string; close: () => void }) {
  const curl = `curl -s ${ROOT}/v1/accounts -H "Authorization: Bearer ${secret}"`;
  return (
    <Modal opened onClose={close} title="The key" size="lg" lockScroll={false} closeButtonProps={{ 'aria-label': 'Close' }}>
      <div className={classes.form}>
        <pre className={classes.secret} tabIndex={0}>
          {secret}
        </pre>
        <div className={classes.acts}>
          <Button leftSection={<Copy size={15} />} onClick={() => void copy(secret, 'The key is copied')}>
            Copy the key
          </Button>
          <Button variant="default" leftSection={<Copy size={15} />} onClick={() => void copy(curl, 'Copied; paste it into a terminal')}>
            Copy a curl that uses it
          </Button>
        </div>
      </div>
    </Modal>
  );
}
