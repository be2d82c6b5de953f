// The posts of a simulated network, as the public sees them.
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ExternalLink } from 'lucide-react';
import { feedOf, type Network, type Seen } from '../api/sandbox';
import { useWorkspace } from '../app/session';
import { ownPath } from '../lib/address';
import { moment } from '../lib/say';
import { Empty, Failure } from '../ui/Notice';
import classes from './Sandbox.module.css';

export function Feed({ network }: { network: Network }) {
  const { id } = useWorkspace();
  const { data, error, refetch } = useQuery(feedOf(id, network.network));
  if (error) return <Failure error={error} retry={() => void refetch()} />;
  if (!data) return null;
  if (!data.posts.length) return <Empty title="Nothing public yet">What is published to {network.label} appears here.</Empty>;
  return (
    <>
      <Button component="a" variant="default" size="compact-sm" href={ownPath(network.feedUrl)} target="_blank" rel="noreferrer" rightSection={<ExternalLink size={14} />}>
        The whole of it
      </Button>
      <div className={classes.feed}>
        {data.posts.map((post) => (
          <One key={post.id} post={post} />
        ))}
      </div>
    </>
  );
}

function One({ post }: { post: Seen }) {
  const { zone } = useWorkspace();
  const at = new Date(post.createdAt * 1000).toISOString();
  return (
    <article className={classes.seen}>
      <header>
        <strong>{post.account}</strong>
        <time dateTime={at}>{moment(at, zone)}</time>
      </header>
      {post.replyTo && <p className={classes.dim}>in reply to {post.replyTo}</p>}
      <p className={classes.words}>{post.text}</p>
      {post.media.length > 0 && <p className={classes.dim}>{post.media.length === 1 ? 'with a file' : `with ${post.media.length} files`}</p>}
      {post.url && (
        <a href={ownPath(post.url)} target="_blank" rel="noreferrer">
          See it there
        </a>
      )}
    </article>
  );
}
