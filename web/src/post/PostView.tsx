// One post: the verdict first, then how it came to it, then what it says.
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Repeat as RepeatIcon } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { accountsOf, nameOf } from '../api/accounts';
import { attemptsOf, postOf, type Post } from '../api/posts';
import { useNow } from '../app/clock';
import { useWorkspace } from '../app/session';
import { counted, moment } from '../lib/say';
import { Glyph, labelOf } from '../ui/Glyph';
import { JsonView } from '../ui/JsonView';
import { Failure } from '../ui/Notice';
import { LOOKS } from '../ui/status';
import { Tabs } from '../ui/Tabs';
import { Acts } from './acts';
import classes from './PostView.module.css';
import { said } from './said';
import { Timeline } from './Timeline';
import { verdict } from './verdict';

const Preview = lazy(() => import('./Preview').then((m) => ({ default: m.Preview })));
const Repeat = lazy(() => import('./Repeat').then((m) => ({ default: m.Repeat })));

export function PostView({ id, zone }: { id: string; zone: string }) {
  const workspace = useWorkspace();
  const { data, error, refetch } = useQuery(postOf(workspace.id, id));
  const attempts = useQuery(attemptsOf(workspace.id, id));
  const now = useNow(5_000);
  const [tab, setTab] = useState('steps');
  const [repeating, setRepeating] = useState(false);
  if (error && !data) return <Failure error={error} retry={() => void refetch()} />;
  if (!data) return null;
  const { post } = data;
  const found = verdict(post, { zone, now });
  const Icon = LOOKS[found.look].icon;
  return (
    <div className={classes.post}>
      <section className={classes.verdict} data-look={found.look} aria-label="What became of it">
        <h2>
          <Icon size={18} aria-hidden /> {found.heading}
        </h2>
        {found.body && <p>{found.body}</p>}
        <Acts post={post} acts={found.acts}>
          {post.interactionType === 'post' && !post.repeatId && workspace.rights.has('publish') && (
            <Button variant="default" leftSection={<RepeatIcon size={15} />} onClick={() => setRepeating(true)}>
              Repeat
            </Button>
          )}
        </Acts>
      </section>
      <Tabs
        label="About this post"
        chosen={tab}
        choose={setTab}
        tabs={[
          ['steps', 'Attempts and steps'],
          ['content', 'Content'],
          ['json', 'JSON'],
        ]}
      >
        {tab === 'steps' &&
          (attempts.error ? (
            <Failure error={attempts.error} retry={() => void attempts.refetch()} />
          ) : (
            <Timeline attempts={attempts.data?.attempts ?? []} zone={zone} />
          ))}
        {tab === 'content' && <Content post={post} />}
        {tab === 'json' && <JsonView value={data} path={`/v1/posts/${post.id}`} />}
      </Tabs>
      <Facts post={post} zone={zone} />
      <Suspense fallback={null}>{repeating && <Repeat post={post} now={now} close={() => setRepeating(false)} />}</Suspense>
    </div>
  );
}

function Content({ post }: { post: Post }) {
  const { id } = useWorkspace();
  const { data: accounts = [] } = useQuery(accountsOf(id));
  const account = accounts.find((one) => one.id === post.accountId);
  const mute = (post.assets ?? []).filter((asset) => !asset.altText).length;
  return (
    <div className={classes.content}>
      <Suspense fallback={null}>
        <Preview provider={post.provider} name={account ? nameOf(account) : post.account} handle={post.account.replace(/^[a-z_]+:/, '')} said={said(post)} />
      </Suspense>
      {mute > 0 && <p className={classes.dim}>{counted(mute, 'file has', 'files have')} no description for people who cannot see it.</p>}
    </div>
  );
}

function Facts({ post, zone }: { post: Post; zone: string }) {
  const facts: [string, React.ReactNode][] = [
    [
      'Account',
      <span key="account" className={classes.account}>
        <Glyph provider={post.provider} /> {post.account} <span className={classes.dim}>{labelOf(post.provider)}</span>
      </span>,
    ],
    ['Planned', post.publishAtUtc ? moment(post.publishAtUtc, zone, true) : '—'],
    ['Zone', zone],
    ...(post.publishedAt ? ([['Live since', moment(post.publishedAt, zone, true)]] as [string, string][]) : []),
    ...(post.campaignName ? ([['Campaign', post.campaignName]] as [string, string][]) : []),
    ['Run', <code key="run">{post.runId}</code>],
    ['Post', <code key="post">{post.id}</code>],
  ];
  return (
    <dl className={classes.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
