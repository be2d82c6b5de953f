// Adding an endpoint, or changing one: where, what, and in which order.
import { Button, Switch, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answered, client } from '../api/client';
import { useWorkspace } from '../app/session';
import { Dialog } from '../ui/Dialog';
import { Failure } from '../ui/Notice';
import type { Endpoint } from './queries';
import classes from './Webhooks.module.css';
import { FAMILIES } from './words';

interface Props {
  one?: Endpoint;
  close: () => void;
  made?: (secret: string) => void;
}

export function EndpointForm({ one, close, made }: Props) {
  const { id } = useWorkspace();
  const cache = useQueryClient();
  const [url, setUrl] = useState(one?.url ?? '');
  const [description, setDescription] = useState(one?.description ?? '');
  const [types, setTypes] = useState(one?.types ?? ['post.*', 'run.*', 'account.*']);
  const [ordered, setOrdered] = useState(one?.ordered ?? false);
  const { mutate, error, isPending } = useMutation({
    mutationFn: async () => {
      const body = { url, description, types: types.length ? types : ['*'], ordered };
      if (one) return answered(client.PATCH('/v1/webhooks/{webhookId}', { params: { path: { webhookId: one.id } }, body }));
      return answered(client.POST('/v1/webhooks', { body }));
    },
    onSuccess: (answer) => {
      close();
      if (answer.secret) made?.(answer.secret);
    },
    onSettled: () => cache.invalidateQueries({ queryKey: ['webhooks', id] }),
  });
  return (
    <Dialog title={one ? 'Change the webhook' : 'Add a webhook'} close={close}>
      <form
        className={classes.view}
        onSubmit={(event) => {
          event.preventDefault();
          mutate();
        }}
      >
        <TextInput
          label="URL"
          description="By https, to a public address"
          placeholder="https://hooks.example.com/socialclaw"
          value={url}
          onChange={(event) => setUrl(event.currentTarget.value)}
          data-autofocus
          required
        />
        <TextInput label="What it is for" placeholder="Newsroom board" maxLength={200} value={description} onChange={(event) => setDescription(event.currentTarget.value)} />
        <Types types={types} choose={setTypes} />
        <Switch
          label="One after another, in order"
          description="One that is not taken holds up those after it"
          checked={ordered}
          onChange={(event) => setOrdered(event.currentTarget.checked)}
        />
        {error && <Failure error={error} />}
        <Button type="submit" loading={isPending}>
          {one ? 'Save' : 'Add the webhook'}
        </Button>
      </form>
    </Dialog>
  );
}

function Types({ types, choose }: { types: string[]; choose: (types: string[]) => void }) {
  const all = types.includes('*') || !types.length;
  const others = types.filter((type) => type !== '*' && !FAMILIES.some(([family]) => family === type)); // chosen elsewhere, one by one
  const toggle = (type: string, on: boolean) => choose([...types.filter((one) => one !== type && one !== '*'), ...(on ? [type] : [])]);
  return (
    <fieldset className={classes.types}>
      <legend>Which events</legend>
      <label>
        <input type="checkbox" checked={all} onChange={(event) => choose(event.currentTarget.checked ? ['*'] : ['post.*'])} /> All
      </label>
      {[...FAMILIES, ...others.map((type): [string, string] => [type, type])].map(([type, what]) => (
        <label key={type}>
          <input type="checkbox" checked={all || types.includes(type)} disabled={all} onChange={(event) => toggle(type, event.currentTarget.checked)} /> {what}
        </label>
      ))}
    </fieldset>
  );
}
