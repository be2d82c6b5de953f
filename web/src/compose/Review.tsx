// A draft that somebody, or an agent, has prepared: read as its networks will show it, and let go with one chord.
import { Button, CloseButton } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { PenLine } from 'lucide-react';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { nameOf } from '../api/accounts';
import { answered, client } from '../api/client';
import type { Post } from '../api/posts';
import { useNow } from '../app/clock';
import { useWorkspace } from '../app/session';
import { counted, moment } from '../lib/say';
import { Preview, type Said } from '../post/Preview';
import { said } from '../post/said';
import { Glyph, labelOf } from '../ui/Glyph';
import { Failure, Notice } from '../ui/Notice';
import { Page } from '../ui/Page';
import { refused, tell } from '../ui/toasts';
import { useChords } from './chords';
import type { KnownAccounts } from './Composer';
import classes from './Form.module.css';
import { tellOutcome } from './outcome';
import look from './Look.module.css';

export function Review({ id, accounts }: KnownAccounts & { id: string }) {
  const workspace = useWorkspace();
  const { slug, zone, rights, test } = workspace;
  const [sending, setSending] = useState(false);
  const [, go] = useLocation();
  const cache = useQueryClient();
  const now = useNow();
  const path = { params: { path: { runId: id } } };
  const { data, error, refetch } = useQuery({
    queryKey: ['posts', workspace.id, 'run', id],
    queryFn: ({ signal }) => answered(client.GET('/v1/runs/{runId}', { ...path, signal })),
  });
  const posts = data?.posts ?? [];
  const draft = data?.run?.status === 'draft';
  const may = draft && rights.has('publish');
  const due = posts.filter((post) => Date.parse(post.publishAtUtc ?? '') <= now).length;
  const close = () => go(`/w/${slug}/drafts`);

  const publish = async () => {
    if (!may || sending) return;
    setSending(true);
    try {
      await answered(client.POST('/v1/runs/{runId}/publish', path));
      void cache.invalidateQueries({ queryKey: ['posts', workspace.id] });
      tell(`${counted(posts.length, 'post')} ${due === posts.length ? 'on the way' : 'scheduled'}`);
      if (due === posts.length) void tellOutcome(id, test);
      go(`/w/${slug}/calendar`);
    } catch (problem) {
      setSending(false);
      refused(problem, 'It is a draft still');
    }
  };

  useChords({ 'ctrl+Enter': () => void publish(), Escape: close });
  if (error && !data) return <Failure error={error} retry={() => void refetch()} />;
  if (!data) return null;
  return (
    <div className={classes.form}>
      <Page
        full
        title={posts[0]?.campaignName ?? 'Draft'}
        beside={<span className={classes.saved}>{counted(posts.length, 'post')}, prepared {data.run?.source === 'dashboard' ? 'here' : `over ${data.run?.source ?? 'the API'}`}</span>}
        actions={<CloseButton aria-label="Close" size="lg" onClick={close} />}
      >
        <div className={classes.review}>
          {!draft && <Notice>This is no draft any more: it was published or taken back.</Notice>}
          {posts
            .filter((post) => !post.parentPostId)
            .map((post) => {
              const account = accounts.find((one) => one.id === post.accountId);
              const name = account ? nameOf(account) : post.account;
              return (
                <section key={post.id} aria-label={`Post for ${labelOf(post.provider)}`}>
                  <h2 className={look.whose}>
                    <Glyph provider={post.provider} size={16} /> {labelOf(post.provider)} <span>{post.publishAtUtc && moment(post.publishAtUtc, zone)}</span>
                    <Link className={classes.edit} href={`/w/${slug}/compose/${post.id}`}>
                      <PenLine size={14} aria-hidden /> Edit
                    </Link>
                  </h2>
                  <Preview
                    provider={post.provider}
                    name={name}
                    handle={post.account.replace(/^[a-z_]+:/, '')}
                    said={said(post)}
                    replies={followers(post, posts)}
                    narrow
                  />
                </section>
              );
            })}
        </div>
        <footer className={classes.footer}>
          <span className={classes.saved}>{due ? `${due === posts.length ? 'They go' : `${due} of them go`} out at once: their time has come` : `Times are those of ${zone}`}</span>
          <div className={classes.send}>
            {may ? (
              <Button className={classes.main} loading={sending} onClick={() => void publish()} rightSection={<kbd className={classes.key}>Ctrl ↵</kbd>}>
                {due === posts.length ? `Publish ${counted(posts.length, 'post')} now` : `Schedule ${counted(posts.length, 'post')}`}
              </Button>
            ) : (
              draft && <span>An editor lets it go out.</span>
            )}
          </div>
        </footer>
      </Page>
    </div>
  );
}

/** The replies to a post and the replies to those, in their order. */
function followers(post: Post, posts: Post[]): Said[] {
  return posts.filter((one) => one.parentPostId === post.id).flatMap((one) => [said(one), ...followers(one, posts)]);
}
