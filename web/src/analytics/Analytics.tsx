// What the posts of a span have gained: by figure, day, account, post and hour of the week; beside it, what the span before had.
import { Button, SegmentedControl, Switch } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { useNow } from '../app/clock';
import { useWorkspace } from '../app/session';
import { useKeys } from '../app/shortcuts';
import { csv, save } from '../lib/csv';
import { useQueryOf } from '../app/query';
import { span as told } from '../lib/say';
import { plus } from '../lib/time';
import { AccountMenu } from '../ui/AccountMenu';
import { Empty, Failure } from '../ui/Notice';
import { Page } from '../ui/Page';
import classes from './Analytics.module.css';
import { ByAccount } from './ByAccount';
import { ByDay } from './ByDay';
import { ByHour } from './ByHour';
import { Figures } from './Figures';
import { FIGURES, overviewOf, span, today } from './queries';
import { TopPosts } from './TopPosts';

const RANGES = ['7', '30', '90', '365'];
const WORDS: Record<string, string> = { '7': '7 days', '30': '30 days', '90': '90 days', '365': 'A year' };

export function Analytics() {
  const { id, zone } = useWorkspace();
  const now = useNow();
  const [params, change] = useQueryOf();
  const range = RANGES.find((one) => one === params.get('days')) ?? '30';
  const account = params.get('account');
  const compared = params.get('compare') !== 'no';
  const count = Number(range);
  const last = today(now, zone);
  const here = span(last, count, zone);
  const earlier = span(plus(last, -count), count, zone);
  const found = useQuery({ ...overviewOf(id, here, account), placeholderData: keepPreviousData });
  const before = useQuery({ ...overviewOf(id, earlier, account), enabled: compared });
  const to = (days: string) => () => change({ days });
  useKeys({ 1: to('7'), 2: to('30'), 3: to('90') });
  const { data } = found;
  const there = data && FIGURES.filter((figure) => data.metrics[figure] !== undefined);
  const figure = there?.find((one) => one === params.get('figure')) ?? there?.[0];
  return (
    <Page
      title="Analytics"
      beside={<span className={classes.span}>{told(here.days[0]!, last)}</span>}
      actions={
        <>
          <AccountMenu chosen={account} choose={(one) => change({ account: one })} />
          <SegmentedControl aria-label="How long" value={range} onChange={(days) => change({ days })} data={RANGES.map((value) => ({ value, label: WORDS[value]! }))} withItemsBorders={false} />
          {data && (
            <Button variant="default" leftSection={<Download size={16} />} onClick={() => save(`figures-${here.days[0]}-${last}.csv`, asCsv(data, here.days))}>
              Export
            </Button>
          )}
        </>
      }
    >
      {found.error && <Failure error={found.error} retry={() => void found.refetch()} />}
      {data && !figure && (
        <Empty title="No figures yet">They arrive about an hour after a post went out, and then every few hours, from the networks that tell any.</Empty>
      )}
      {data && figure && (
        <div className={classes.page} aria-busy={found.isPlaceholderData}>
          <Switch label={`Compare with the ${count === 365 ? 'year' : `${count} days`} before`} checked={compared} onChange={(event) => change({ compare: event.currentTarget.checked ? null : 'no' })} />
          <Figures now={data} before={compared ? before.data : undefined} days={here.days} chosen={figure} choose={(one) => change({ figure: one })} />
          <ByDay figure={figure} now={data} before={compared ? before.data : undefined} days={here.days} earlier={earlier.days} />
          <div className={classes.two}>
            <ByAccount figure={figure} overview={data} />
            <ByHour figure={figure} overview={data} />
          </div>
          <TopPosts overview={data} figure={figure} choose={(one) => change({ figure: one })} />
        </div>
      )}
    </Page>
  );
}

function asCsv(overview: Parameters<typeof ByAccount>[0]['overview'], days: string[]): string {
  const by = new Map(overview.days.map((one) => [one.day, one.metrics]));
  return csv([['day', ...FIGURES], ...days.map((day) => [day, ...FIGURES.map((figure) => by.get(day)?.[figure] ?? '')])]);
}
