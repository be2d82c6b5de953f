// What is asked before an endpoint gets another secret, is sent events again, or is deleted.
import { Button, Select, Switch } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { answered, client } from '../api/client';
import { useWorkspace } from '../app/session';
import { counted } from '../lib/say';
import { Dialog } from '../ui/Dialog';
import { Failure } from '../ui/Notice';
import { tell } from '../ui/toasts';
import type { Endpoint } from './queries';
import { hostOf } from './words';

interface Props {
  one: Endpoint;
  close: () => void;
}

const OVERLAPS = [
  { value: '24', label: 'signs too for a day' },
  { value: '1', label: 'signs too for an hour' },
  { value: '0', label: 'ends now' },
];
const SINCE = [
  { value: '1', label: 'The last hour' },
  { value: '24', label: 'The last day' },
  { value: '168', label: 'The last week' },
  { value: '720', label: 'The last 30 days' },
];
const HOUR = 3_600_000;

function useDone(close: () => void) {
  const { id } = useWorkspace();
  const cache = useQueryClient();
  return { onSettled: () => cache.invalidateQueries({ queryKey: ['webhooks', id] }), close };
}

export function Rotate({ one, close, made }: Props & { made: (secret: string) => void }) {
  const [hours, setHours] = useState('24');
  const { onSettled } = useDone(close);
  const { mutate, error, isPending } = useMutation({
    mutationFn: () =>
      answered(client.POST('/v1/webhooks/{webhookId}/rotate-secret', { params: { path: { webhookId: one.id } }, body: { overlapHours: Number(hours) } })),
    onSuccess: ({ secret }) => {
      close();
      if (secret) made(secret);
    },
    onSettled,
  });
  return (
    <Dialog title="Another secret" close={close}>
      <Select label="The secret of now" value={hours} onChange={(value) => setHours(value ?? '24')} data={OVERLAPS} allowDeselect={false} />
      {error && <Failure error={error} />}
      <Button loading={isPending} onClick={() => mutate()}>
        Make another secret
      </Button>
    </Dialog>
  );
}

export function Replay({ one, close }: Props) {
  const [hours, setHours] = useState('24');
  const [failed, setFailed] = useState(true);
  const { onSettled } = useDone(close);
  const { mutate, error, isPending } = useMutation({
    mutationFn: () => {
      const since = new Date(Date.now() - Number(hours) * HOUR).toISOString();
      return answered(client.POST('/v1/webhooks/{webhookId}/replay', { params: { path: { webhookId: one.id } }, body: { since, onlyFailed: failed } }));
    },
    onSuccess: ({ replayed }) => {
      close();
      tell(replayed ? `${counted(replayed, 'event is', 'events are')} sent again` : 'There was nothing to send again');
    },
    onSettled,
  });
  return (
    <Dialog title="Send events again" close={close}>
      <Select label="Of" value={hours} onChange={(value) => setHours(value ?? '24')} data={SINCE} allowDeselect={false} />
      <Switch label="Only what was never taken" checked={failed} onChange={(event) => setFailed(event.currentTarget.checked)} />
      {error && <Failure error={error} />}
      <Button loading={isPending} onClick={() => mutate()}>
        Send them again
      </Button>
    </Dialog>
  );
}

export function Delete({ one, close }: Props) {
  const { slug } = useWorkspace();
  const [, go] = useLocation();
  const { onSettled } = useDone(close);
  const { mutate, error, isPending } = useMutation({
    mutationFn: () => answered(client.DELETE('/v1/webhooks/{webhookId}', { params: { path: { webhookId: one.id } } })),
    onSuccess: () => {
      tell('The webhook is deleted');
      go(`/w/${slug}/webhooks`, { replace: true });
    },
    onSettled,
  });
  return (
    <Dialog title={`Delete the webhook to ${hostOf(one.url)}?`} close={close}>
      <p>Nothing is sent there any more, and the list of deliveries goes with it.</p>
      {error && <Failure error={error} />}
      <Button color="red" loading={isPending} onClick={() => mutate()}>
        Delete the webhook
      </Button>
    </Dialog>
  );
}
