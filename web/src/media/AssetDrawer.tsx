// A file: what it is, what is to be seen in it, which networks take it, which posts show it, and how to take it away.
import { Button, Drawer, Textarea } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Copy, Crop as CropIcon, Link2Off, Trash2 } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { Link } from 'wouter';
import { assetOf, usesOf, type Asset } from '../api/assets';
import { answered, client, Problem } from '../api/client';
import type { Post } from '../api/posts';
import { useQueryOf } from '../app/query';
import { useWorkspace } from '../app/session';
import { ownPath } from '../lib/address';
import { counted, moment } from '../lib/say';
import { Facts } from '../ui/Facts';
import { Glyph } from '../ui/Glyph';
import { copy, JsonView } from '../ui/JsonView';
import { Failure, Notice } from '../ui/Notice';
import { Status } from '../ui/Status';
import { lookOf } from '../ui/status';
import { Tabs } from '../ui/Tabs';
import { refused, tell } from '../ui/toasts';
import classes from './AssetDrawer.module.css';
import { Fits } from './Fits';
import { Picture } from './Tile';
import { facts } from './words';

const Crop = lazy(() => import('../ui/Crop').then((m) => ({ default: m.Crop })));

export function AssetDrawer({ id, close, open }: { id: string; close: () => void; open: (id: string) => void }) {
  const { id: workspace } = useWorkspace();
  const { data, error, refetch } = useQuery(assetOf(workspace, id));
  return (
    <Drawer opened onClose={close} position="right" size={560} title={data?.originalFilename ?? 'File'} lockScroll={false} closeButtonProps={{ 'aria-label': 'Close' }}>
      {error && <Failure error={error} retry={() => void refetch()} />}
      {data && <About key={data.id} asset={data} close={close} open={open} />}
    </Drawer>
  );
}

function About({ asset, close, open }: { asset: Asset; close: () => void; open: (id: string) => void }) {
  const { id: workspace, zone, rights } = useWorkspace();
  const uses = useQuery(usesOf(workspace, asset.id));
  const [tab, setTab] = useState('uses');
  const ready = asset.status === 'ready';
  return (
    <div className={classes.about}>
      <Picture asset={asset} large />
      {asset.error && <Notice tone="bad">{asset.error.message ?? asset.error.code}</Notice>}
      {asset.deleteAfter && <Notice tone="warn">It is deleted for good {moment(asset.deleteAfter, zone)}.</Notice>}
      {ready && <Description asset={asset} />}
      <Facts
        facts={[
          ['File', facts(asset) || '—'],
          ['Type', asset.mime],
          ['Uploaded', asset.createdAt ? moment(asset.createdAt, zone) : '—'],
          ['Id', <code key="id">{asset.id}</code>],
        ]}
      />
      <div className={classes.acts}>
        {asset.publicUrl && (
          <Button variant="default" leftSection={<Copy size={15} />} onClick={() => void copy(asset.publicUrl!, 'The address is copied: whoever has it sees the file')}>
            Copy its address
          </Button>
        )}
        {ready && rights.has('media') && <Cut asset={asset} open={open} />}
        {rights.has('discard') && asset.status !== 'pending_delete' && <TakeAway asset={asset} uses={uses.data} close={close} />}
      </div>
      <Tabs
        label="About this file"
        chosen={tab}
        choose={setTab}
        tabs={[
          ['uses', `Used in ${uses.data?.length ?? '…'}`],
          ...(ready ? ([['fit', 'Networks']] as [string, string][]) : []),
          ['json', 'JSON'],
        ]}
      >
        {tab === 'uses' && (uses.error ? <Failure error={uses.error} retry={() => void uses.refetch()} /> : <Uses posts={uses.data} />)}
        {tab === 'fit' && <Fits id={asset.id} />}
        {tab === 'json' && <JsonView value={asset} path={`/v1/assets/${asset.id}`} />}
      </Tabs>
    </div>
  );
}

/** A part of a picture that stands still, as a file of its own, which is shown then. */
function Cut({ asset, open }: { asset: Asset; open: (id: string) => void }) {
  const { id: workspace } = useWorkspace();
  const cache = useQueryClient();
  const [params, change] = useQueryOf();
  const { width, height } = asset;
  const url = asset.preview?.medium ?? asset.publicUrl;
  if (asset.kind !== 'image' || asset.mime === 'image/gif' || asset.frameRate || !width || !height || !url) return null;
  const done = (part: Asset) => {
    void cache.invalidateQueries({ queryKey: ['assets', workspace] });
    tell('The part is a file of its own; the picture is as it was');
    open(part.id);
  };
  return (
    <>
      <Button variant="default" leftSection={<CropIcon size={15} />} onClick={() => change({ crop: '' })}>
        Crop…
      </Button>
      {params.has('crop') && (
        <Suspense>
          <Crop picture={{ id: asset.id, name: asset.originalFilename ?? 'the picture', url: ownPath(url), width, height }} close={() => change({ crop: null })} done={done} />
        </Suspense>
      )}
    </>
  );
}

function Uses({ posts }: { posts: Post[] | undefined }) {
  const { slug, zone } = useWorkspace();
  if (!posts) return null;
  if (!posts.length) return <p className={classes.dim}>No post shows it.</p>;
  return (
    <ul className={classes.uses}>
      {posts.map((post) => (
        <li key={post.id}>
          <Glyph provider={post.provider} named />
          <Link href={`/w/${slug}/posts/${post.id}`}>{post.text || 'No text'}</Link>
          <span className={classes.dim}>{post.publishAtUtc && moment(post.publishAtUtc, zone)}</span>
          <Status look={lookOf(post)} />
        </li>
      ))}
    </ul>
  );
}

function Description({ asset }: { asset: Asset }) {
  const { id: workspace, rights } = useWorkspace();
  const cache = useQueryClient();
  const [text, setText] = useState(asset.altText ?? '');
  const { mutate, isPending } = useMutation({
    mutationFn: () => answered(client.PATCH('/v1/dashboard/assets/{assetId}', { params: { path: { assetId: asset.id } }, body: { altText: (text.trim() || null) as string } })),
    onSuccess: () => tell('The description is kept: posts that show the file from now on have it'),
    onError: (error) => refused(error, 'The description is as it was'),
    onSettled: () => cache.invalidateQueries({ queryKey: ['assets', workspace] }),
  });
  const changed = text.trim() !== (asset.altText ?? '');
  return (
    <div className={classes.description}>
      <Textarea
        label="Description for people who cannot see it"
        description="Posts that show the file have it, unless they say something else."
        autosize
        minRows={2}
        disabled={!rights.has('media')}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {changed && (
        <Button loading={isPending} onClick={() => mutate()}>
          Keep the description
        </Button>
      )}
    </div>
  );
}

/** Deleting names what would lose the file; what posts still need is not deleted, and its address stays. */
function TakeAway({ asset, uses, close }: { asset: Asset; uses: Post[] | undefined; close: () => void }) {
  const { id: workspace } = useWorkspace();
  const cache = useQueryClient();
  const [asking, setAsking] = useState(false);
  const settled = () => cache.invalidateQueries({ queryKey: ['assets', workspace] });
  const path = { params: { path: { assetId: asset.id } } };
  const remove = useMutation({
    mutationFn: () => answered(client.DELETE('/v1/dashboard/assets/{assetId}', path)),
    onSuccess: () => {
      tell(`${asset.originalFilename ?? 'The file'} will be deleted for good in some days`);
      close();
    },
    onSettled: settled,
  });
  const revoke = useMutation({
    mutationFn: () => answered(client.POST('/v1/assets/{assetId}/revoke-delivery', path)),
    onSuccess: () => tell('It has a new address; the old one shows nothing any more'),
    onError: (error) => refused(error, 'Its address is as it was'),
    onSettled: settled,
  });
  if (!asking) {
    return (
      <>
        <Button variant="default" leftSection={<Link2Off size={15} />} loading={revoke.isPending} onClick={() => revoke.mutate()}>
          New address
        </Button>
        <Button variant="default" leftSection={<Trash2 size={15} />} onClick={() => setAsking(true)}>
          Delete…
        </Button>
      </>
    );
  }
  const going = uses?.filter((post) => ['draft', 'scheduled', 'retry_pending', 'publishing'].includes(post.status)).length ?? 0;
  const words = uses?.length ? `${counted(uses.length, 'post shows', 'posts show')} it.` : 'No post shows it.';
  return (
    <div className={classes.asking} role="group" aria-label="Delete this file?">
      <p>
        {words} {going ? `${counted(going, 'of them needs', 'of them need')} it to go out: take those back first.` : 'It is kept for some days more, then it is gone for good.'}
      </p>
      {remove.error && <Failure error={remove.error instanceof Problem ? remove.error : new Error('It was not deleted')} />}
      <div className={classes.acts}>
        <Button color="red" disabled={going > 0} loading={remove.isPending} onClick={() => remove.mutate()}>
          Delete {asset.originalFilename ?? 'it'}
        </Button>
        <Button variant="default" onClick={() => setAsking(false)}>
          Keep it
        </Button>
      </div>
    </div>
  );
}
