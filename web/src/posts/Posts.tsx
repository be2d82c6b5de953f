// All posts as a list, narrowed down by what is in the address; several of them can be acted upon at once.
import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Download, Search, Upload } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { answered, client } from '../api/client';
import { attentionOf, postsOf, type Only, type Post } from '../api/posts';
import { LoggedOut } from '../app/LoggedOut';
import { useWorkspace } from '../app/session';
import { useKeys } from '../app/shortcuts';
import { useQueryOf } from '../app/query';
import { save } from '../lib/csv';
import { PostDrawer } from '../post/PostDrawer';
import { AccountMenu } from '../ui/AccountMenu';
import { Empty, Failure } from '../ui/Notice';
import { Page } from '../ui/Page';
import { PostRows } from '../ui/PostRows';
import { refused } from '../ui/toasts';
import { BulkBar } from './BulkBar';
import { LabelMenu } from './LabelMenu';
import classes from './Posts.module.css';
import { useBulk } from './useBulk';

const SHOWN: [key: string, label: string, status: string | null][] = [
  ['all', 'All', null],
  ['attention', 'Needs you', null],
  ['upcoming', 'Upcoming', 'scheduled'],
  ['published', 'Published', 'published'],
  ['failed', 'Failed', 'failed'],
  ['drafts', 'Drafts', 'draft'],
  ['repeats', 'Repeats', null],
];
const UNLIKE = ['attention', 'repeats']; // lists of another kind, which are not narrowed down

const Import = lazy(() => import('./Import').then((m) => ({ default: m.Import })));
const Repeats = lazy(() => import('./Repeats').then((m) => ({ default: m.Repeats })));

export function Posts() {
  const { zone } = useWorkspace();
  const [params, change] = useQueryOf();
  const show = SHOWN.find(([key]) => key === params.get('show'))?.[0] ?? 'all';
  const account = params.get('account');
  const label = params.get('label');
  const opened = params.get('post');
  const [typed, setTyped] = useState(params.get('q') ?? '');
  const [q] = useDebouncedValue(typed.trim(), 250);
  const only: Only = { status: SHOWN.find(([key]) => key === show)?.[2] ?? null, account, label, q: q || null };
  const open = (post: string) => change({ post }, false);
  return (
    <Page title="Posts" actions={<Tables {...only} />}>
      <div className={classes.filters}>
        <div className={classes.which}>
          <SegmentedControl
            aria-label="Which posts"
            value={show}
            onChange={(key) => change({ show: key === 'all' ? null : key })}
            data={SHOWN.map(([value, label]) => ({ value, label }))}
            withItemsBorders={false}
          />
        </div>
        {!UNLIKE.includes(show) && (
          <>
            <TextInput className={classes.search} aria-label="Search in posts" placeholder="Search in posts" leftSection={<Search size={15} />} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} />
            <LabelMenu chosen={label} choose={(one) => change({ label: one })} />
            <AccountMenu chosen={account} choose={(one) => change({ account: one })} />
          </>
        )}
      </div>
      {show === 'attention' && <NeedsYou open={open} />}
      <Suspense fallback={null}>{show === 'repeats' && <Repeats />}</Suspense>
      {!UNLIKE.includes(show) && <List key={show} only={only} open={open} />}
      {opened && <PostDrawer id={opened} beside={[]} zone={zone} show={open} close={() => change({ post: null })} />}
    </Page>
  );
}

/** What is shown as a file for a spreadsheet, and posts from such a file. */
function Tables(shown: Only) {
  const { id, rights } = useWorkspace();
  const [importing, setImporting] = useState(false);
  const download = async () => {
    try {
      const query = Object.fromEntries(Object.entries(shown).filter((one): one is [string, string] => one[1] !== null));
      save('posts.csv', await answered(client.GET('/v1/export/posts', { params: { query }, parseAs: 'text' })));
    } catch (error) {
      refused(error, 'They were not exported');
    }
  };
  return (
    <>
      {rights.has('draft') && (
        <Button variant="default" leftSection={<Upload size={15} />} onClick={() => setImporting(true)}>
          Import
        </Button>
      )}
      <Button variant="default" leftSection={<Download size={15} />} onClick={() => void download()}>
        Export
      </Button>
      <Suspense fallback={null}>{importing && <Import key={id} close={() => setImporting(false)} />}</Suspense>
    </>
  );
}

function List({ only, open }: { only: Only; open: (id: string) => void }) {
  const { id } = useWorkspace();
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery({
    ...postsOf(id, only),
    placeholderData: keepPreviousData,
  });
  if (error && !data) return <Failure error={error} retry={() => void refetch()} />;
  if (!data) return null;
  const posts = data.pages.flatMap((page) => page.posts);
  if (!posts.length) {
    const narrowed = Object.values(only).some(Boolean);
    return <Empty title={narrowed ? 'No post is like this' : 'No posts yet'}>{narrowed ? 'Other filters may show more.' : 'Press C to write the first.'}</Empty>;
  }
  return (
    <>
      <Several posts={posts} open={open} />
      {hasNextPage && (
        <Button variant="default" mt="md" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          Show more
        </Button>
      )}
    </>
  );
}

function NeedsYou({ open }: { open: (id: string) => void }) {
  const { id } = useWorkspace();
  const { data, error, refetch } = useQuery(attentionOf(id));
  if (error) return <Failure error={error} retry={() => void refetch()} />;
  if (!data) return null;
  const posts = Object.values(data.posts as Record<string, Post[]>).flat();
  if (!posts.length && !data.accounts.length) return <Empty title="Nothing needs you" />;
  return (
    <>
      {data.accounts.length > 0 && (
        <div className={classes.logins}>
          {data.accounts.map((one) => (
            <LoggedOut key={one.id} account={one} />
          ))}
        </div>
      )}
      {posts.length > 0 && <Several posts={posts} open={open} />}
    </>
  );
}

/** Posts of which some can be chosen, by a click or by keys, and acted upon together. */
function Several({ posts, open }: { posts: Post[]; open: (id: string) => void }) {
  const bulk = useBulk(posts);
  useKeys({
    j: () => step(1),
    k: () => step(-1),
    x: () => {
      const post = document.activeElement?.closest<HTMLElement>('[data-post]')?.dataset.post;
      if (post) bulk.choose(post, false);
    },
  });
  return (
    <>
      <PostRows
        posts={posts}
        open={open}
        choosing={bulk}
        beside={(post) => bulk.why.get(post.id) && <span className={classes.why}>{bulk.why.get(post.id)}</span>}
      />
      <BulkBar bulk={bulk} />
    </>
  );
}

/** The focus goes to the next row, or to the one before. */
function step(by: number): void {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-post]')];
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[at < 0 ? 0 : Math.max(0, Math.min(rows.length - 1, at + by))];
  next?.querySelector<HTMLElement>('td button')?.focus();
}
