// Keys that are made and given another secret; the secret is shown once, with a call that uses it.
import { Button, Select, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Copy } from 'lucide-react';
import { useState } from 'react';
import { answered, client, type Schemas } from '../api/client';
import { useWorkspace } from '../app/session';
import { ROOT } from '../lib/address';
import { Dialog } from '../ui/Dialog';
import { copy } from '../ui/JsonView';
import { Failure } from '../ui/Notice';
import classes from './Keys.module.css';
import type { Key } from './queries';
import { PRESETS } from './words';

const GRACES = [
  { value: '0', label: 'ends now' },
  { value: '3600', label: 'is good for another hour' },
  { value: '86400', label: 'is good for another day' },
];

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

export function Create(props: Making) {
  const [label, setLabel] = useState('');
  const [kind, setKind] = useState('personal');
  const [preset, setPreset] = useState('admin');
  const choices = PRESETS.filter(([value]) => kind !== 'agent' || value !== 'admin');
  const { mutate, error, isPending } = useMade(props, () => answered(client.POST('/v1/dashboard/keys', { body: { label, kind, operations: [preset] } })));
  return (
    <Dialog title="Create a key" close={props.close}>
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
          onChange={(value) => {
            setKind(value ?? kind);
            if (value === 'agent' && preset === 'admin') setPreset('agent');
          }}
          data={[
            { value: 'personal', label: 'A person or a program of theirs' },
            { value: 'agent', label: 'An agent' },
          ]}
          allowDeselect={false}
        />
        <Select
          label="What it may do"
          description={PRESETS.find(([value]) => value === preset)?.[2]}
          value={preset}
          onChange={(value) => setPreset(value ?? preset)}
          data={choices.map(([value, what]) => ({ value, label: what }))}
          allowDeselect={false}
        />
        {error && <Failure error={error} />}
        <Button type="submit" loading={isPending}>
          Create the key
        </Button>
      </form>
    </Dialog>
  );
}

export function Rotate({ one, ...props }: Making & { one: Key }) {
  const [grace, setGrace] = useState('0');
  const { mutate, error, isPending } = useMade(props, () =>
    answered(client.POST('/v1/dashboard/keys/{keyId}/rotate', { params: { path: { keyId: one.id } }, body: { graceSeconds: Number(grace) } })),
  );
  return (
    <Dialog title={`Rotate “${one.label}”`} close={props.close}>
      <div className={classes.form}>
        <Select label="The secret that it has now" value={grace} onChange={(value) => setGrace(value ?? '0')} data={GRACES} allowDeselect={false} />
        {error && <Failure error={error} />}
        <Button loading={isPending} onClick={() => mutate()}>
          Give it a new secret
        </Button>
      </div>
    </Dialog>
  );
}

export function Secret({ secret, close }: { secret: string; close: () => void }) {
  const curl = `curl -s ${ROOT}/v1/accounts -H "Authorization: Bearer ${secret}"`;
  return (
    <Dialog title="The key" size="lg" close={close}>
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
    </Dialog>
  );
}
