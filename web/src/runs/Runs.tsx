// What was handed in at one time is a run: by whom, how far it is, and when its posts are due.
import { Button, SegmentedControl } from '@mantine/core';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { Bot } from 'lucide-react';
import { Link, useSearchParams } from 'wouter';
import { runsOf, type ListedRun } from '../api/runs';
import { useWorkspace } from '../app/session';
import { ROOT } from '../lib/address';
import { between } from '../lib/say';
import { Empty, Failure } from '../ui/Notice';
import { Page } from '../ui/Page';
import { Progress } from '../ui/Progress';
import rows from '../ui/Rows.module.css';
import { RunStatus } from './RunStatus';
import classes from './Runs.module.css';
import { madeBy } from './words';

const SHOWN = [
  { value: 'all', label: 'All' },
  { value: 'draft', label: 'Drafts' },
  { value: 'scheduled', label: 'Handed in' },
];

export function Runs() {
  const { id } = useWorkspace();
  const [params, setParams] = useSearchParams();
  const shown = SHOWN.find((one) => one.value === params.get('show'))?.value ?? 'all';
  const mode = shown === 'draft' || shown === 'scheduled' ? shown : null;
  const found = useInfiniteQuery({ ...runsOf(id, mode), placeholderData: keepPreviousData });
  const runs = found.data?.pages.flatMap((page) => page.runs);
  return (
    <Page
      title="Runs"
      actions={
        <SegmentedControl
          aria-label="Which runs"
          value={shown}
          onChange={(show) => setParams(show === 'all' ? {} : { show }, { replace: true })}
          data={SHOWN}
          withItemsBorders={false}
        />
      }
    >
      {found.error && <Failure error={found.error} retry={() => void found.refetch()} />}
      {runs && !runs.length && <None narrowed={mode !== null} />}
      {!!runs?.length && (
        <ul className={rows.list}>
          {runs.map((run) => (
            <Row key={run.id} run={run} />
          ))}
        </ul>
      )}
      {found.hasNextPage && (
        <Button variant="default" mt="md" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          Show more
        </Button>
      )}
    </Page>
  );
}

function Row({ run }: { run: ListedRun }) {
  const { slug, zone } = useWorkspace();
  return (
    <li className={classes.row}>
      <div className={classes.name}>
        <Link className={classes.link} href={`/w/${slug}/runs/${run.id}`}>
          {run.text || 'No text'}
        </Link>
        <span className={classes.by}>
          {run.maker?.keyKind === 'agent' && <Bot size={13} aria-hidden />} {madeBy(run)}
        </span>
      </div>
      <span className={classes.times}>
        {run.firstAtUtc && run.lastAtUtc && between(run.firstAtUtc, run.lastAtUtc, zone)}
      </span>
      <div className={classes.progress}>
        <Progress summary={run.summary} />
      </div>
      <RunStatus status={run.status} />
    </li>
  );
}

function None({ narrowed }: { narrowed: boolean }) {
  if (narrowed) return <Empty title="No run is like this">Other filters may show more.</Empty>;
  const line = `curl -s ${ROOT}/v1/posts/apply -H "Authorization: Bearer $SOCIALCLAW_API_KEY" …`;
  return (
    <Empty title="No runs yet" action={<code className={classes.curl}>{line}</code>}>
      A run is what was handed in at one time: a post to several accounts, a thread, a campaign. The composer makes them, and so does the API.
    </Empty>
  );
}
