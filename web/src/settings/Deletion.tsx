// The end of a workspace. It takes its name, written out; for some days an owner can still keep it.
import { Button, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answered, client } from '../api/client';
import { useSigned } from '../app/session';
import { HOME } from '../lib/address';
import { moment } from '../lib/say';
import { Dialog } from '../ui/Dialog';
import { Failure, Notice } from '../ui/Notice';
import { refused, tell } from '../ui/toasts';
import { Section } from './Section';
import classes from './Settings.module.css';

export function Deletion() {
  const { session, workspace } = useSigned();
  const [asking, setAsking] = useState(false);
  const cache = useQueryClient();
  const ends = session.workspaces?.find((one) => one.id === workspace.id)?.deletesAt;
  const keep = useMutation({
    mutationFn: () => answered(client.POST('/v1/dashboard/workspace/keep')),
    onSuccess: () => tell('The workspace is kept'),
    onError: (error) => refused(error, 'It is still to be deleted'),
    onSettled: () => cache.invalidateQueries(),
  });
  return (
    <Section title="Delete the workspace" about="What was to be published is taken back at once, keys end, everybody is signed out. After some days it is gone for good.">
      {ends ? (
        <Notice
          tone="bad"
          action={
            <Button size="compact-sm" variant="default" loading={keep.isPending} onClick={() => keep.mutate()}>
              Keep it
            </Button>
          }
        >
          It is deleted for good {moment(ends, workspace.zone)}.
        </Notice>
      ) : (
        <Button className={classes.start} color="red" variant="light" onClick={() => setAsking(true)}>
          Delete {workspace.name}…
        </Button>
      )}
      {asking && <Ask close={() => setAsking(false)} />}
    </Section>
  );
}

function Ask({ close }: { close: () => void }) {
  const { session, workspace } = useSigned();
  const [typed, setTyped] = useState('');
  const { mutate, error, isPending } = useMutation({
    mutationFn: () => answered(client.POST('/v1/dashboard/workspace/delete', { body: { name: typed } })),
    onSuccess: () => location.assign(HOME),
  });
  return (
    <Dialog title={`Delete ${workspace.name}?`} close={close}>
      {!session.session?.fresh && <Notice tone="warn">This takes a sign-in of the last 15 minutes: sign out and in again first.</Notice>}
      <p>
        Everything of it goes{workspace.test || !workspace.twinId ? '' : ', and its test workspace'}. Until then an owner can keep it.
      </p>
      <TextInput label={`Type its name: ${workspace.name}`} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} data-autofocus autoComplete="off" />
      {error && <Failure error={error} />}
      <Button color="red" disabled={typed !== workspace.name} loading={isPending} onClick={() => mutate()}>
        Delete {workspace.name}
      </Button>
    </Dialog>
  );
}
