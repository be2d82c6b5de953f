// What can be done with the posts that are chosen. It says how many, and what it would do to how many of them.
import { Button, NumberInput, Select } from '@mantine/core';
import { Download, RotateCw, Undo2, X } from 'lucide-react';
import { useState } from 'react';
import { answered, client } from '../api/client';
import type { Post } from '../api/posts';
import { useWorkspace } from '../app/session';
import { csv, save } from '../lib/csv';
import { counted } from '../lib/say';
import { remember } from '../lib/undo';
import { Dialog } from '../ui/Dialog';
import { MOVABLE } from '../ui/status';
import { tellUndoable } from '../ui/toasts';
import classes from './BulkBar.module.css';
import type { useBulk } from './useBulk';

type Bulk = ReturnType<typeof useBulk>;

export function BulkBar({ bulk }: { bulk: Bulk }) {
  const { rights } = useWorkspace();
  const [asking, setAsking] = useState<'move' | 'cancel' | null>(null);
  const { known, busy } = bulk;
  if (!known.length) return null;
  const movable = known.filter((post) => MOVABLE.has(post.status));
  const again = known.filter((post) => post.status === 'failed' || post.status === 'retry_pending');
  const retry = (post: Post) => answered(client.POST('/v1/posts/{postId}/retry', { params: { path: { postId: post.id } }, body: {} }));
  return (
    <div className={classes.bar} role="region" aria-label="Chosen posts">
      <strong>{busy === null ? `${counted(known.length, 'post')} chosen` : `${busy} of ${known.length} done`}</strong>
      {rights.has('publish') && (
        <Button variant="default" disabled={!movable.length || busy !== null} onClick={() => setAsking('move')}>
          Move…
        </Button>
      )}
      {rights.has('publish') && (
        <Button variant="default" leftSection={<RotateCw size={14} />} disabled={!again.length || busy !== null} onClick={() => void bulk.run((posts) => `${posts} will be tried again`, retry)}>
          Try again
        </Button>
      )}
      {rights.has('cancel') && (
        <Button variant="default" leftSection={<Undo2 size={14} />} disabled={!movable.length || busy !== null} onClick={() => setAsking('cancel')}>
          Cancel…
        </Button>
      )}
      <Button variant="default" leftSection={<Download size={14} />} onClick={() => save('posts.csv', asCsv(known))}>
        Export
      </Button>
      <Button variant="subtle" color="gray" leftSection={<X size={14} />} onClick={bulk.none}>
        Choose none
      </Button>
      {asking === 'move' && <MoveBy bulk={bulk} close={() => setAsking(null)} />}
      {asking === 'cancel' && <Cancel bulk={bulk} movable={movable.length} close={() => setAsking(null)} />}
    </div>
  );
}

function asCsv(posts: Post[]): string {
  return csv([['time', 'provider', 'account', 'text', 'status', 'post'], ...posts.map((post) => [post.publishAtUtc, post.provider, post.account, post.text, post.status, post.id])]);
}

function Cancel({ bulk, movable, close }: { bulk: Bulk; movable: number; close: () => void }) {
  const cancel = (post: Post) => answered(client.DELETE('/v1/dashboard/posts/{postId}', { params: { path: { postId: post.id } } }));
  const others = bulk.known.length - movable;
  return (
    <Dialog title={`Cancel ${counted(movable, 'post')}?`} close={close}>
      <p>They will not go out. {others > 0 && `${counted(others, 'of those chosen is', 'of those chosen are')} out or over already, and stay as they are.`}</p>
      <Button
        color="red"
        onClick={() => {
          close();
          void bulk.run((posts) => `${posts} canceled`, cancel);
        }}
      >
        Cancel {counted(movable, 'post')}
      </Button>
    </Dialog>
  );
}

const UNITS = [
  { value: '60', label: 'minutes' },
  { value: '3600', label: 'hours' },
  { value: '86400', label: 'days' },
];

function MoveBy({ bulk, close }: { bulk: Bulk; close: () => void }) {
  const [count, setCount] = useState<number | string>(1);
  const [unit, setUnit] = useState('86400');
  const by = (typeof count === 'number' ? count : 0) * Number(unit) * 1000;
  const to = async () => {
    close();
    const moved = new Map<string, { publishAt: string; updatedAt: string }>();
    const done = await bulk.run(
      (posts) => `${posts} moved`,
      async (post) => {
        const body = { posts: [{ id: post.id, publishAt: new Date(Date.parse(post.publishAtUtc!) + by).toISOString(), ifUpdatedAt: post.updatedAt ?? '' }] };
        const { posts } = await answered(client.POST('/v1/dashboard/posts/move', { body }));
        moved.set(post.id, { publishAt: post.publishAtUtc!, updatedAt: posts[0]!.updatedAt });
      },
    );
    if (!done.length) return;
    const what = {
      label: `${counted(done.length, 'post')} moved`,
      takeBack: () => answered(client.POST('/v1/dashboard/posts/move', { body: { posts: [...moved].map(([id, one]) => ({ id, publishAt: one.publishAt, ifUpdatedAt: one.updatedAt })) } })),
    };
    remember(what);
    tellUndoable(what);
  };
  return (
    <Dialog title={`Move ${counted(bulk.known.length, 'post')}`} close={close}>
      <div className={classes.by}>
        <NumberInput label="By" value={count} onChange={setCount} allowDecimal={false} data-autofocus hideControls description="Less than nothing: earlier" />
        <Select label="of" value={unit} onChange={(value) => setUnit(value ?? unit)} data={UNITS} allowDeselect={false} />
      </div>
      <Button disabled={!by} onClick={() => void to()}>
        Move them {by < 0 ? 'earlier' : 'later'}
      </Button>
    </Dialog>
  );
}
