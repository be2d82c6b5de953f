// All posts as a list, narrowed down by what is in the address.
import { Button, Menu, SegmentedControl } from '@mantine/core';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Check, ListFilter } from 'lucide-react';
import { useSearchParams } from 'wouter';
import { accountsOf, nameOf } from '../api/accounts';
import { attentionOf, postsOf, type Post } from '../api/posts';
import { useWorkspace } from '../app/session';
import { counted, moment } from '../lib/say';
import { Glyph, labelOf } from '../ui/Glyph';
import { Empty, Failure } from '../ui/Notice';
import { Page } from '../ui/Page';
import { Status } from '../ui/Status';
import { lookOf } from '../ui/status';
import { PostDrawer } from '../post/PostDrawer';
import classes from './Posts.module.css';

const SHOWN: [key: string, label: string, status: string | null][] = [
  ['all', 'All', null],
  ['attention', 'Needs you', null],
  ['upcoming', 'Upcoming', 'scheduled'],
  ['published', 'Published', 'published'],
  ['failed', 'Failed', 'failed'],
  ['drafts', 'Drafts', 'draft'],
];

export function Posts() {
  const { zone } = useWorkspace();
  const [params, setParams] = useSearchParams();
  const show = SHOWN.find(([key]) => key === params.get('show'))?.[0] ?? 'all';
  const account = params.get('account');
  const opened = params.get('post');
  const change = (name: string, value: string | null) =>
    setParams(
      (old) => {
        const made = new URLSearchParams(old);
        if (value === null) made.delete(name);
        else made.set(name, value);
        return made;
      },
      { replace: name !== 'post' },
    );
  const open = (post: string) => change('post', post);
  return (
    <Page
      title="Posts"
      actions={
        <>
          {show !== 'attention' && <ByAccount chosen={account} choose={(one) => change('account', one)} />}
          <SegmentedControl
            aria-label="Which posts"
            value={show}
            onChange={(key) => change('show', key === 'all' ? null : key)}
            data={SHOWN.map(([value, label]) => ({ value, label }))}
            withItemsBorders={false}
          />
        </>
      }
    >
      {show === 'attention' ? <NeedsYou open={open} /> : <List show={show} account={account} open={open} />}
      {opened && <PostDrawer id={opened} beside={[]} zone={zone} show={open} close={() => change('post', null)} />}
    </Page>
  );
}

function List({ show, account, open }: { show: string; account: string | null; open: (id: string) => void }) {
  const { id } = useWorkspace();
  const status = SHOWN.find(([key]) => key === show)?.[2] ?? null;
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery({
    ...postsOf(id, { status, account }),
    placeholderData: keepPreviousData,
  });
  if (error && !data) return <Failure error={error} retry={() => void refetch()} />;
  if (!data) return null;
  const posts = data.pages.flatMap((page) => page.posts);
  if (!posts.length) {
    const narrowed = status || account;
    return <Empty title={narrowed ? 'No post is like this' : 'No posts yet'}>{narrowed ? 'Other filters may show more.' : 'Press C to write the first.'}</Empty>;
  }
  return (
    <>
      <Table posts={posts} open={open} />
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
  return posts.length ? <Table posts={posts} open={open} /> : <Empty title="Nothing needs you" />;
}

function Table({ posts, open }: { posts: Post[]; open: (id: string) => void }) {
  const { zone } = useWorkspace();
  return (
    <div className={classes.frame}>
      <table className={classes.table}>
        <caption className="visually-hidden">{counted(posts.length, 'post')}, times of {zone}</caption>
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">Account</th>
            <th scope="col">Text</th>
            <th scope="col">Status</th>
          </tr>
        </thead>
        <tbody>
          {posts.map((post) => (
            <tr key={post.id} onClick={() => open(post.id)}>
              <td>{post.publishAtUtc && <time dateTime={post.publishAtUtc}>{moment(post.publishAtUtc, zone)}</time>}</td>
              <td>
                <span className={classes.account}>
                  <Glyph provider={post.provider} size={18} /> {labelOf(post.provider)}
                </span>
              </td>
              <td className={classes.text}>
                <button type="button" onClick={() => open(post.id)}>
                  {post.text || 'No text'}
                </button>
              </td>
              <td>
                <Status look={lookOf(post)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function ByAccount({ chosen, choose }: { chosen: string | null; choose: (id: string | null) => void }) {
  const { data: accounts = [] } = useQuery(accountsOf(useWorkspace().id));
  const name = accounts.find((one) => one.id === chosen);
  return (
    <Menu position="bottom-end" width={260} shadow="md">
      <Menu.Target>
        <Button variant="default" leftSection={<ListFilter size={16} />}>
          {name ? nameOf(name) : 'All accounts'}
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah={420} style={{ overflow: 'auto' }}>
        <Menu.Item onClick={() => choose(null)}>All accounts</Menu.Item>
        {accounts.map((one) => (
          <Menu.Item
            key={one.id}
            leftSection={<Glyph provider={one.provider} size={18} named />}
            rightSection={one.id === chosen && <Check size={15} aria-label="shown" />}
            onClick={() => choose(one.id)}
          >
            {nameOf(one)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
