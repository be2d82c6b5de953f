// A run: how far it is, its posts as a graph and as a table, what they came to, and what can be done with it.
import { Button, Menu } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Download, Send, Share2 } from 'lucide-react';
import { useState } from 'react';
import { answered, client, type Schemas } from '../api/client';
import type { Post } from '../api/posts';
import { runOf } from '../api/runs';
import { useWorkspace } from '../app/session';
import { csv, save } from '../lib/csv';
import { useQueryOf } from '../app/query';
import { useNarrow } from '../lib/narrow';
import { between, counted, moment } from '../lib/say';
import { PostDrawer } from '../post/PostDrawer';
import { Facts } from '../ui/Facts';
import { JsonView } from '../ui/JsonView';
import { Failure, Notice } from '../ui/Notice';
import { Page } from '../ui/Page';
import { Progress } from '../ui/Progress';
import { Tabs } from '../ui/Tabs';
import { refused } from '../ui/toasts';
import { MOST_COLUMNS, RunGraph } from './RunGraph';
import { PublishDraft } from './PublishDraft';
import classes from './RunPage.module.css';
import { RunFigures } from './RunFigures';
import { RunStatus } from './RunStatus';
import { RunTable } from './RunTable';
import { Share } from './Share';

export function RunPage({ id }: { id: string }) {
  const { id: workspace, zone } = useWorkspace();
  const { data, error, refetch } = useQuery(runOf(workspace, id));
  const [params, change] = useQueryOf();
  const narrow = useNarrow();
  const open = (post: string | null) => change({ post }, false);
  if (error && !data) {
    return (
      <Page title="Run">
        <Failure error={error} retry={() => void refetch()} />
      </Page>
    );
  }
  if (!data?.run) return null;
  const posts = data.posts ?? [];
  const long = new Set(posts.map((post) => post.publishAtUtc)).size > MOST_COLUMNS;
  const tab = params.get('tab') ?? (narrow || long ? 'table' : 'graph');
  const opened = params.get('post');
  return (
    <Page title={titleOf(posts)} beside={<RunStatus status={data.run.status} />} actions={<Actions run={data} posts={posts} />}>
      <div className={classes.head}>
        {data.summary && <Progress summary={data.summary} />}
        <Facts
          facts={[
            ['Posts', counted(posts.length, 'post')],
            ['Due', span(posts, zone)],
            ['Handed in', data.run.createdAt ? moment(data.run.createdAt, zone, true) : '—'],
            ['Run', <code key="run">{data.run.id}</code>],
          ]}
        />
      </div>
      <Tabs
        label="About this run"
        chosen={tab}
        choose={(to) => change({ tab: to })}
        tabs={[
          ['graph', 'Graph'],
          ['table', 'Table'],
          ['figures', 'Figures'],
          ['json', 'JSON'],
        ]}
      >
        {tab === 'graph' && (long ? <Notice>It has too many times for a graph: the table shows them all.</Notice> : <RunGraph posts={posts} open={open} />)}
        {tab === 'table' && <RunTable posts={posts} open={open} />}
        {tab === 'figures' && <RunFigures id={id} />}
        {tab === 'json' && <JsonView value={data} path={`/v1/runs/${id}`} />}
      </Tabs>
      {opened && <PostDrawer id={opened} beside={[]} zone={zone} show={open} close={() => open(null)} />}
    </Page>
  );
}

function titleOf(posts: Post[]): string {
  const first = [...posts].sort((a, b) => (a.publishAtUtc ?? '').localeCompare(b.publishAtUtc ?? ''))[0];
  const text = first?.campaignName || first?.description || first?.name || 'Run';
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

function span(posts: Post[], zone: string): string {
  const times = posts.flatMap((post) => post.publishAtUtc ?? []).sort();
  const [first, last] = [times[0], times.at(-1)];
  if (!first || !last) return '—';
  return between(first, last, zone);
}

function Actions({ run, posts }: { run: Schemas['RunResponse']; posts: Post[] }) {
  const { rights, zone } = useWorkspace();
  const cache = useQueryClient();
  const [publishing, setPublishing] = useState(false);
  const [sharing, setSharing] = useState(false);
  const { id, sourceModel } = run.run!;
  const asCsv = () => {
    const head = ['time', 'account', 'campaign', 'step', 'name', 'text', 'status', 'url', 'post'];
    const rows = posts.map((post) => [
      post.publishAtUtc, post.account, post.campaignName, post.sequencePosition, post.name, post.description, post.status, post.providerUrl, post.id,
    ]);
    save(`${id}.csv`, csv([head, ...rows]));
  };
  const asSchedule = async () => {
    try {
      const call = client.GET('/v1/runs/{runId}/campaign', { params: { path: { runId: id } } });
      const { schedule } = await answered(call);
      save(`${id}.json`, JSON.stringify(schedule, null, 2), 'application/json');
    } catch (error) {
      refused(error, 'There is no schedule to download');
    }
  };
  return (
    <>
      {rights.has('publish') && (
        <Button variant="default" leftSection={<Share2 size={15} />} onClick={() => setSharing(true)}>
          Share
        </Button>
      )}
      {sharing && <Share id={id} zone={zone} close={() => setSharing(false)} />}
      <Menu position="bottom-end" shadow="md">
        <Menu.Target>
          <Button variant="default" leftSection={<Download size={16} />}>
            Export
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={asCsv}>Its posts as a table (CSV)</Menu.Item>
          <Menu.Item onClick={() => save(`${id}.json`, JSON.stringify(run, null, 2), 'application/json')}>Everything (JSON)</Menu.Item>
          {sourceModel === 'campaigns_v2' && <Menu.Item onClick={() => void asSchedule()}>A schedule that makes it again (JSON)</Menu.Item>}
        </Menu.Dropdown>
      </Menu>
      {run.run!.status === 'draft' && rights.has('publish') && (
        <Button leftSection={<Send size={15} />} onClick={() => setPublishing(true)}>
          Publish the draft
        </Button>
      )}
      {publishing && (
        <PublishDraft
          id={id}
          posts={posts.filter((post) => post.status === 'draft')}
          zone={zone}
          close={() => setPublishing(false)}
          done={() => void cache.invalidateQueries({ queryKey: ['posts'] })}
        />
      )}
    </>
  );
}
