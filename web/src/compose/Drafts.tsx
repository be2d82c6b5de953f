// What is not out yet because somebody has not finished it, or because nobody has let it go.
import { ActionIcon, Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { CloudAlert, Trash2 } from 'lucide-react';
import { Link, useLocation, useSearchParams } from 'wouter';
import { answered, client } from '../api/client';
import { discardDraft, draftsOf } from '../api/drafts';
import type { Post } from '../api/posts';
import { useNow } from '../app/clock';
import { useWorkspace } from '../app/session';
import { ago, counted, moment } from '../lib/say';
import { Glyph } from '../ui/Glyph';
import { Empty, Failure } from '../ui/Notice';
import { Page } from '../ui/Page';
import rows from '../ui/Rows.module.css';
import { Tabs } from '../ui/Tabs';
import { refused } from '../ui/toasts';
import classes from './Drafts.module.css';
import { forget, unsaved } from './kept';

const MOST = 500;
const CUT = 140; // characters of a draft that a list has

export function Drafts() {
  const { id } = useWorkspace();
  const [params, setParams] = useSearchParams();
  const unfinished = useQuery(draftsOf(id));
  const ready = useQuery({
    queryKey: ['posts', id, 'drafts'],
    queryFn: ({ signal }) => answered(client.GET('/v1/dashboard/posts', { params: { query: { view: 'card', status: 'draft', limit: MOST } }, signal })),
  });
  const runs = byRun(ready.data?.posts ?? []);
  const here = unsaved(id).filter(({ id: one }) => one.startsWith('draft_'));
  const count = (unfinished.data ?? []).filter((one) => !here.some((other) => other.id === one.id)).length + here.length;
  const fallback = count || !runs.length ? 'unfinished' : 'ready';
  const shown = params.get('kind') ?? fallback;
  const error = unfinished.error ?? ready.error;
  return (
    <Page title="Drafts">
      {error && <Failure error={error} retry={() => void Promise.all([unfinished.refetch(), ready.refetch()])} />}
      <Tabs
        label="Which drafts"
        chosen={shown}
        choose={(kind) => setParams({ kind }, { replace: true })}
        tabs={[
          ['unfinished', `Unfinished ${count || ''}`],
          ['ready', `Ready ${runs.length || ''}`],
        ]}
      >
        {shown === 'ready' ? ready.data && <Ready runs={runs} /> : unfinished.data && <Unfinished />}
      </Tabs>
    </Page>
  );
}

function Unfinished() {
  const { id, slug } = useWorkspace();
  const cache = useQueryClient();
  const [, go] = useLocation();
  const now = useNow();
  const { data = [] } = useQuery(draftsOf(id));
  const here = new Map(unsaved(id).map(({ id: one, copy }) => [one, copy]));
  const all = [
    ...[...here].filter(([one]) => one.startsWith('draft_')).map(([one, copy]) => ({ id: one, text: copy.writing.text, at: new Date(copy.at).toISOString(), local: true })),
    ...data.filter((one) => !here.has(one.id)).map((one) => ({ id: one.id, text: one.text, at: one.updatedAt, local: false })),
  ];
  const discard = async (one: string) => {
    try {
      if (data.some((draft) => draft.id === one)) await discardDraft(one);
      forget(id, one);
    } catch (error) {
      refused(error, 'It is not discarded');
    }
    void cache.invalidateQueries({ queryKey: ['drafts', id] });
  };
  if (!all.length) {
    return (
      <Empty title="Nothing unfinished" action={<Button onClick={() => go(`/w/${slug}/compose`)}>Write a post</Button>}>
        What you begin to write is kept here until you send it. Nobody else sees it.
      </Empty>
    );
  }
  return (
    <ul className={rows.list}>
      {all.map((one) => (
        <li key={one.id} className={rows.row}>
          <Link className={classes.draft} href={`/w/${slug}/compose/${one.id}`}>
            <strong>{one.text.length >= CUT ? `${one.text.slice(0, CUT)}…` : one.text || 'No text yet'}</strong>
            <small>
              {one.local && (
                <span className={classes.local}>
                  <CloudAlert size={14} aria-hidden /> in this browser only ·{' '}
                </span>
              )}
              <time dateTime={one.at}>{Date.parse(one.at) > now - 1000 ? 'just now' : ago(one.at, now)}</time>
            </small>
          </Link>
          <ActionIcon variant="subtle" color="gray" size={32} aria-label={`Discard the draft ${one.text.slice(0, 30)}`} onClick={() => void discard(one.id)}>
            <Trash2 size={16} />
          </ActionIcon>
        </li>
      ))}
    </ul>
  );
}

function Ready({ runs }: { runs: Post[][] }) {
  const { slug, zone } = useWorkspace();
  if (!runs.length) return <Empty title="Nothing waits to be let go">What is kept as a draft, here or by an agent, is read and published from here.</Empty>;
  return (
    <ul className={rows.list}>
      {runs.map((posts) => {
        const [first] = posts as [Post];
        return (
          <li key={first.runId} className={rows.row}>
            <Link className={classes.draft} href={`/w/${slug}/compose/${first.runId}`}>
              <strong>{first.text || 'No text'}</strong>
              <small className={classes.facts}>
                {[...new Set(posts.map((post) => post.provider))].map((provider) => (
                  <Glyph key={provider} provider={provider} named />
                ))}
                {counted(posts.length, 'post')} · {first.publishAtUtc && <time dateTime={first.publishAtUtc}>{moment(first.publishAtUtc, zone)}</time>}
              </small>
            </Link>
          </li>
        );
      })}
    </ul>
  );
}

function byRun(posts: Post[]): Post[][] {
  const found = new Map<string, Post[]>();
  for (const post of posts) found.set(post.runId ?? '', [...(found.get(post.runId ?? '') ?? []), post]);
  return [...found.values()];
}
