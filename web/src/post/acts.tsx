// What can be done about a post, each as a button that says what it does.
import { Button, Modal, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ExternalLink, PenLine } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { answered, client } from '../api/client';
import type { Post } from '../api/posts';
import { useWorkspace } from '../app/session';
import { ownPath } from '../lib/address';
import { labelOf } from '../ui/Glyph';
import { refused, tell } from '../ui/toasts';
import type { Act } from './verdict';
import classes from './acts.module.css';

export function Acts({ post, acts, children }: { post: Post; acts: Act[]; children?: ReactNode }) {
  const { rights } = useWorkspace();
  const may = (act: Act) => act === 'see' || rights.has(act === 'reconnect' ? 'connect' : act === 'cancel' ? 'cancel' : post.status === 'draft' ? 'draft' : 'publish');
  const allowed = acts.filter(may);
  if (!allowed.length && !children) return null;
  return (
    <div className={classes.row}>
      {allowed.map((act) => (
        <OneAct key={act} act={act} post={post} />
      ))}
      {children}
    </div>
  );
}

function OneAct({ act, post }: { act: Act; post: Post }) {
  const { slug } = useWorkspace();
  const [, go] = useLocation();
  const path = { params: { path: { postId: post.id } } };
  const retry = useDoing('It was not tried again', () => answered(client.POST('/v1/posts/{postId}/retry', { ...path, body: {} })));
  const cancel = useDoing('It was not taken back', () => answered(client.DELETE('/v1/dashboard/posts/{postId}', path)));
  const check = useDoing('It could not be looked for', () => answered(client.POST('/v1/dashboard/posts/{postId}/reconcile', path)));
  switch (act) {
    case 'see':
      return (
        <Button component="a" variant="default" href={ownPath(post.providerUrl!)} target="_blank" rel="noreferrer" rightSection={<ExternalLink size={15} />}>
          See it on {labelOf(post.provider)}
        </Button>
      );
    case 'edit':
      return (
        <Button component={Link} href={`/w/${slug}/compose/${post.id}`} variant="default" leftSection={<PenLine size={15} />}>
          Edit
        </Button>
      );
    case 'retry':
      return (
        <Button loading={retry.isPending} onClick={() => retry.mutate()}>
          Try again now
        </Button>
      );
    case 'cancel':
    case 'discard':
      return (
        <Button variant="default" loading={cancel.isPending} onClick={() => cancel.mutate()}>
          {act === 'cancel' ? 'Cancel this post' : 'Discard this draft'}
        </Button>
      );
    case 'check':
      return (
        <Button variant="default" loading={check.isPending} onClick={() => check.mutate()}>
          Check now
        </Button>
      );
    case 'reconnect':
      return <Button onClick={() => go(`/w/${slug}/accounts`)}>Connect it again</Button>;
    case 'resolve':
      return <Resolve post={post} />;
  }
}

function useDoing(what: string, call: () => Promise<unknown>) {
  const cache = useQueryClient();
  const { id } = useWorkspace();
  return useMutation({
    mutationFn: call,
    onError: (error) => refused(error, what),
    onSettled: () => cache.invalidateQueries({ queryKey: ['posts', id] }),
  });
}

/** Nobody but a person who has looked can say what became of it. */
function Resolve({ post }: { post: Post }) {
  const [asking, setAsking] = useState(false);
  const [url, setUrl] = useState('');
  const params = { path: { postId: post.id } };
  const say = useDoing('It is as it was', () => {
    const body = { outcome: 'published', providerUrl: url };
    return answered(client.POST('/v1/dashboard/posts/{postId}/resolve', { params, body })).then(() => setAsking(false));
  });
  const missing = useDoing('It is as it was', () =>
    answered(client.POST('/v1/dashboard/posts/{postId}/resolve', { params, body: { outcome: 'not_published' } })).then(() =>
      tell('Noted: it is not there. It can be sent again now.'),
    ),
  );
  return (
    <>
      <Button onClick={() => setAsking(true)}>It is there</Button>
      <Button variant="default" loading={missing.isPending} onClick={() => missing.mutate()}>
        It is not there
      </Button>
      <Modal opened={asking} onClose={() => setAsking(false)} title={`Where it is on ${labelOf(post.provider)}`} lockScroll={false} closeButtonProps={{ 'aria-label': 'Close' }}>
        <TextInput label="Its address" placeholder="https://…" value={url} onChange={(event) => setUrl(event.currentTarget.value)} data-autofocus />
        <Button mt="md" disabled={!url} loading={say.isPending} onClick={() => say.mutate()}>
          It is live there
        </Button>
      </Modal>
    </>
  );
}
