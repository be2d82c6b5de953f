// The posts of a simulated network, as the public sees them. What is there twice says so: it never should be.
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ExternalLink } from 'lucide-react';
import { feedOf, type Network, type Seen } from '../api/sandbox';
import { useWorkspace } from '../app/session';
import { ownPath } from '../lib/address';
import { counted, moment } from '../lib/say';
import { Empty, Failure } from '../ui/Notice';
import classes from './Sandbox.module.css';

export function Feed({ network }: { network: Network }) {
  const { id } = useWorkspace();
  const { data, error, refetch } = useQuery(feedOf(id, network.network));
  if (error) return <Failure error={error} retry={() => void refetch()} />;
  if (!data) return null;
  if (!data.posts.length) return <Empty title="Nothing public yet">What is published to {network.label} appears here.</Empty>;
  const count = new Map<string, number>();
  for (const post of data.posts) count.set(sameAs(post), (count.get(sameAs(post)) ?? 0) + 1);
  return (
    <>
      <div className={classes.feed}>
        {data.posts.map((post) => (
          <One key={post.id} post={post} times={count.get(sameAs(post)) ?? 1} />
        ))}
      </div>
      <Button component="a" variant="default" className={classes.whole} href={ownPath(network.feedUrl)} target="_blank" rel="noreferrer" rightSection={<ExternalLink size={14} />}>
        {network.label} as the public has it
      </Button>
    </>
  );
}

const sameAs = (post: Seen) => `${post.account}\n${post.replyTo ?? ''}\n${post.text}\n${post.media.length}`;

function One({ post, times }: { post: Seen; times: number }) {
  const { zone } = useWorkspace();
  const at = new Date(post.createdAt * 1000).toISOString();
  return (
    <article className={classes.seen}>
      <header>
        <strong>{post.account}</strong>
        {times > 1 && <span className={classes.twice}>{times} times</span>}
        <time dateTime={at}>{moment(at, zone)}</time>
      </header>
      {post.replyTo && <p className={classes.small}>in reply to {post.replyTo}</p>}
      <p className={classes.words}>{post.text}</p>
      <p className={classes.small}>
        {post.media.length > 0 && `with ${counted(post.media.length, 'file')} `}
        {post.url && (
          <a href={ownPath(post.url)} target="_blank" rel="noreferrer">
            See it there
          </a>
        )}
      </p>
    </article>
  );
}
