// Home: what goes out when. Days, weeks, months or a list; cards are moved by dragging or by keys, and every move can be taken back.
import { ActionIcon, Button, SegmentedControl } from '@mantine/core';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useMemo, useRef } from 'react';
import { useLocation } from 'wouter';
import { useWorkspace } from '../app/session';
import { PostDrawer } from '../post/PostDrawer';
import { capital } from '../lib/say';
import { instant } from '../lib/time';
import { Failure } from '../ui/Notice';
import { Page } from '../ui/Page';
import { AccountFilter } from './AccountFilter';
import { Attention } from './Attention';
import { byDay, cardsOf, type Card } from './cards';
import { DayList } from './DayList';
import { useDrag } from './drag';
import { useCalendarKeys } from './keys';
import { MonthGrid } from './MonthGrid';
import { PhoneDays } from './PhoneDays';
import { landing, useMove, type Target } from './moving';
import { useWeeks } from './queries';
import { useCalendarView, VIEWS, type View } from './view';
import { WeekGrid } from './WeekGrid';
import classes from './Calendar.module.css';
import { ZonePicker } from './ZonePicker';

export function Calendar() {
  const { id, slug, rights } = useWorkspace();
  const at = useCalendarView();
  const { view, zone, shown, accounts, change } = at;
  const [, go] = useLocation();
  const grid = useRef<HTMLDivElement>(null);
  const { posts, loading, error, retry } = useWeeks(id, shown.weeks, zone);
  const chosen = accounts.join();
  const cards = useMemo(() => {
    const wanted = [...posts.values()].filter((post) => !chosen || chosen.split(',').includes(post.accountId ?? ''));
    return cardsOf(wanted, zone);
  }, [posts, zone, chosen]);
  const days = useMemo(() => byDay(cards), [cards]);

  const { mutate } = useMove(id, zone);
  const find = (card: string) => cards.find((one) => one.id === card);
  const drop = (card: Card, to: string) => mutate({ card, at: to });
  const mayMove = rights.has('publish');
  useDrag(grid, { find: (card) => (mayMove ? find(card) : undefined), judge: (target) => landing(target, zone, at.now), drop });
  const { moving, said } = useCalendarKeys({ at, find, drop, grid });

  const open = (card: Card) => change({ post: card.id }, false);
  const write = (target: Target) => go(`/w/${slug}/compose?at=${encodeURIComponent(instant(target.day, target.minutes, zone))}`);
  const common = { grid, days: shown.days, cards: days, zone, now: at.now, today: at.today, moving, open, write };
  const opened = at.post ? (find(at.post) ?? cards.find((card) => card.posts.some((post) => post.id === at.post))) : undefined;

  return (
    <Page full title={shown.title} beside={<Turning at={at} />} actions={<Controls at={at} />}>
      <Attention />
      {error && <Failure error={error} retry={retry} />}
      <div className={classes.view} aria-busy={loading}>
        {at.narrow && (view === 'week' || view === 'month') && <PhoneDays key={view} {...common} month={view === 'month'} date={at.date} choose={(date) => change({ date })} />}
        {!at.narrow && view === 'month' && <MonthGrid key={view} {...common} month={at.date} />}
        {(view === 'day' || (!at.narrow && view === 'week')) && <WeekGrid key={view} {...common} />}
        {view === 'list' && !loading && <DayList {...common} />}
      </div>
      <p id="how-to-move" hidden>
        Press M to move it
      </p>
      <p className="visually-hidden" role="status" aria-live="assertive">
        {said}
      </p>
      {at.post && <PostDrawer id={at.post} beside={opened?.posts ?? []} zone={zone} show={(post) => change({ post })} close={() => change({ post: null })} />}
    </Page>
  );
}

type At = ReturnType<typeof useCalendarView>;

function Turning({ at }: { at: At }) {
  return (
    <div className={classes.turning}>
      <ActionIcon variant="default" size={34} aria-label="Previous" onClick={() => at.change({ date: at.shown.previous })}>
        <ChevronLeft size={17} />
      </ActionIcon>
      <Button variant="default" onClick={() => at.change({ date: null })}>
        Today
      </Button>
      <ActionIcon variant="default" size={34} aria-label="Next" onClick={() => at.change({ date: at.shown.next })}>
        <ChevronRight size={17} />
      </ActionIcon>
    </div>
  );
}

function Controls({ at }: { at: At }) {
  return (
    <div className={classes.controls}>
      <AccountFilter chosen={at.accounts} choose={(ids) => at.change({ account: ids })} narrow={at.narrow} />
      <ZonePicker zone={at.zone} at={instant(at.date, 12 * 60, at.zone)} choose={(tz) => at.change({ tz })} narrow={at.narrow} />
      <SegmentedControl
        aria-label="View"
        value={at.view}
        onChange={(view) => at.change({ view: view as View })}
        data={VIEWS.map((value) => ({ value, label: capital(value) }))}
        withItemsBorders={false}
      />
    </div>
  );
}
