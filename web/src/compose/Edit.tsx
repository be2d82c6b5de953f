// Changing a post that nobody can have seen yet. Of two windows the second is told, and neither overwrites the other.
import { Button, CloseButton } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useReducer, useState } from 'react';
import { useLocation } from 'wouter';
import { nameOf } from '../api/accounts';
import { answered, client, Problem } from '../api/client';
import { postOf, type Post } from '../api/posts';
import { useNow } from '../app/clock';
import { useWorkspace } from '../app/session';
import { ownPath } from '../lib/address';
import { Glyph, labelOf } from '../ui/Glyph';
import { Empty, Failure } from '../ui/Notice';
import { Page } from '../ui/Page';
import { MOVABLE } from '../ui/status';
import { refused, tell } from '../ui/toasts';
import { useArrivals } from './attaching';
import { useChords } from './chords';
import type { KnownAccounts } from './Composer';
import { Conflict } from './Conflict';
import classes from './Form.module.css';
import { Issues, showIssue } from './Issues';
import { forget, keep, kept } from './kept';
import { Labelled } from './Labelled';
import { Look } from './Look';
import { assetsOf, scheduleOf, type Issue } from './schedule';
import { refusals, useJudged } from './sending';
import { NONE, Settings, UNSET } from './Settings';
import { Texts } from './Texts';
import { When } from './When';
import { begun, changed, COMMON, filesFor, filesOf, same, textFor, type Attached, type Change, type Writing } from './writing';

export function Edit({ id, ...known }: KnownAccounts & { id: string }) {
  const workspace = useWorkspace();
  const { data, error, refetch } = useQuery(postOf(workspace.id, id));
  if (error && !data) return <Failure error={error} retry={() => void refetch()} />;
  if (!data) return null;
  if (!MOVABLE.has(data.post.status)) {
    return (
      <Page title="Edit post">
        <Empty title="This post cannot be changed any more">It is {data.post.status}: what is out, or may be, stays as it was sent.</Empty>
      </Page>
    );
  }
  return <Editing post={data.post} {...known} />;
}

/** What a post says, as the composer has it. */
function writingOf(post: Post): Writing {
  const account = post.accountId ?? '';
  const files = (post.assets ?? []).map(
    (asset): Attached => ({
      id: asset.id ?? asset.url,
      url: asset.url,
      name: asset.originalFilename ?? asset.url.split('/').pop() ?? '',
      kind: asset.kind ?? 'other',
      preview: asset.kind === 'image' ? ownPath(asset.url) : null,
      alt: asset.altText ?? '',
      width: asset.width,
      height: asset.height,
      duration: asset.duration,
    }),
  );
  return {
    ...begun([account], post.publishAtUtc ?? null),
    text: post.description ?? '',
    title: post.name ?? '',
    settings: { [account]: post.settings ?? {} },
    files,
    labels: post.labels ?? [],
    fitted: post.mediaPolicy === 'fit' ? [account] : [],
  };
}

const FIELDS: Record<string, string> = { text: 'description', title: 'name', publishAt: 'publish_at' };

function Editing({ post, accounts, able }: KnownAccounts & { post: Post }) {
  const workspace = useWorkspace();
  const { zone, slug } = workspace;
  const version = Date.parse(post.updatedAt ?? '');
  const [own] = useState(() => kept(workspace.id, post.id));
  const theirs = useMemo(() => writingOf(post), [post]);
  const [writing, dispatch] = useReducer(changed, own?.writing ?? theirs);
  const [since, setSince] = useState(own?.revision ?? version); // the version that is being changed
  const [touched, setTouched] = useState(!!own);
  const [refusal, setRefusal] = useState<Issue[]>([]);
  const [sending, setSending] = useState(false);
  const [, go] = useLocation();
  const cache = useQueryClient();
  const now = useNow();
  const change = useCallback((what: Change) => {
    setTouched(true);
    dispatch(what);
  }, []);
  useArrivals(writing, change);
  useEffect(() => setRefusal([]), [writing]);

  const dirty = touched && !same(writing, theirs);
  const elsewhere = version !== since;
  const take = () => {
    forget(workspace.id, post.id);
    setTouched(false);
    setSince(version);
    dispatch({ do: 'be', writing: theirs });
  };
  useEffect(() => {
    if (!dirty && elsewhere) take(); // nothing of one's own is lost by it
    else if (dirty) keep(workspace.id, post.id, { writing, revision: since, dirty: false });
  });

  const account = accounts.find((one) => one.id === post.accountId);
  const chosen = useMemo(() => (account ? [account] : []), [account]);
  const at = writing.at === post.publishAtUtc && Date.parse(writing.at ?? '') < now ? null : writing.at; // a time that stays and is over
  const reply = post.interactionType === 'reply';
  const { schedule, places } = useMemo(() => scheduleOf(writing, at, post.status === 'draft' ? 'draft' : 'later', { zone, able, now }), [writing, at, post.status, zone, able, now]);
  const judged = useJudged(workspace.id, schedule, places, !reply && !!account);
  const issues = refusal.length ? refusal : judged.issues;
  const waiting = filesOf(writing).some((file) => file.url === null);
  const leave = () => go(`/w/${slug}/posts/${post.id}`);

  const id = post.accountId ?? '';
  const body = {
    account: id,
    text: textFor(writing, id),
    title: writing.title || null,
    assets: assetsOf(filesFor(writing.files, id)),
    settings: (writing.settings[id] ?? {}) as Record<string, never>,
    labels: writing.labels,
    publishAt: writing.at ?? post.publishAtUtc!,
    ifUpdatedAt: new Date(since).toISOString(),
  };

  const save = async () => {
    if (sending) return;
    if (waiting) return tell('A file is still on its way');
    setSending(true);
    try {
      await answered(client.PATCH('/v1/dashboard/posts/{postId}', { params: { path: { postId: post.id } }, body }));
      forget(workspace.id, post.id);
      void cache.invalidateQueries({ queryKey: ['posts', workspace.id] });
      tell('The post is changed');
      leave();
    } catch (error) {
      setSending(false);
      if (error instanceof Problem && error.code === 'post_changed') return void cache.invalidateQueries({ queryKey: ['posts', workspace.id, 'one', post.id] });
      if (error instanceof Problem && error.status === 422) {
        const found = refusals(error, []).map((issue) => ({ ...issue, account: id, field: issue.field.replace(/^\w+/, (word) => FIELDS[word] ?? word) }));
        setRefusal(found);
      }
      refused(error, 'It is as it was');
    }
  };

  useChords({ 'ctrl+Enter': () => void save(), Escape: leave });

  return (
    <div className={classes.form}>
      <Page
        full
        title="Edit post"
        beside={
          <span className={classes.saved} role="status">
            <Glyph provider={post.provider} size={18} /> {account ? nameOf(account) : post.account}
            {dirty && ' · not saved yet; kept in this browser'}
          </span>
        }
        actions={<CloseButton aria-label="Close" size="lg" onClick={leave} />}
      >
        <div className={classes.columns}>
          <div className={classes.writing}>
            {elsewhere && dirty && (
              <Conflict
                mine={writing}
                theirs={theirs}
                accounts={accounts}
                zone={zone}
                what="post"
                keepMine={() => setSince(version)}
                takeTheirs={take}
              />
            )}
            <Texts writing={writing} accounts={chosen} able={able} issues={issues} tab={COMMON} setTab={() => undefined} change={change} replies={false} />
            <Labelled labels={writing.labels} change={change} />
            {account && (
              <Settings
                account={account}
                name={labelOf(account.provider)}
                fields={able.get(account.id)?.publishSettings?.fields ?? NONE}
                values={writing.settings[account.id] ?? UNSET}
                issues={issues}
                change={change}
              />
            )}
            <Issues issues={issues} accounts={accounts} writing={writing} show={(issue) => showIssue(issue, writing)} change={change} />
          </div>
          <Look writing={writing} accounts={chosen} able={able} request={{ method: 'PATCH', path: `/v1/dashboard/posts/${post.id}`, body, does: 'changes this post; it takes somebody who is signed in' }} />
        </div>
        <footer className={classes.footer}>
          <When workspace={workspace.id} accounts={writing.accounts} at={writing.at} now={now} zone={zone} change={(to) => change({ do: 'when', at: to })} timed />
          <div className={classes.send}>
            <Button className={classes.main} loading={sending} disabled={!dirty} onClick={() => void save()} rightSection={<kbd className={classes.key}>Ctrl ↵</kbd>}>
              Save the changes
            </Button>
          </div>
        </footer>
      </Page>
    </div>
  );
}
