// Days beside each other, hours below each other. An hour grows with what it holds: posts are instants, and slivers of time would not be read.
import { Fragment, useEffect, useRef, type RefObject } from 'react';
import { longDay, shortDay, weekday } from '../lib/say';
import { day, exists, wall, type Day } from '../lib/time';
import type { Card } from './cards';
import { Cell } from './Cell';
import type { Target } from './moving';
import { Placeholder } from './Placeholder';
import classes from './WeekGrid.module.css';

const HOURS = Array.from({ length: 24 }, (_, n) => n);
const QUIET = 6; // before it an hour without posts is low
const MOST = 3;

export interface GridProps {
  grid: RefObject<HTMLDivElement | null>;
  days: Day[];
  cards: Map<Day, Card[]>;
  zone: string;
  now: number;
  today: Day;
  moving: (Target & { card: Card }) | null;
  open: (card: Card) => void;
  write: (target: Target) => void;
}

export function WeekGrid(props: GridProps) {
  const { days, cards, zone, now } = props;
  const at = wall(now, zone);
  const scroller = useRef<HTMLDivElement>(null);
  useScrolledToMorning(scroller, days.includes(props.today) ? Math.max(0, at.hour - 2) : 7);
  const busy = new Set([...cards.values()].flat().map((card) => card.hour));
  if (props.moving) busy.add(Math.floor(props.moving.minutes / 60));
  return (
    <div className={classes.scroller} ref={scroller} data-scroller tabIndex={0} role="region" aria-label="Hours of the days">
      <div className={classes.grid} ref={props.grid} role="grid" aria-label="Calendar" data-days={days.length}>
        <div role="row" className={classes.row}>
          <span role="columnheader" className={classes.corner}>
            <span className="visually-hidden">Hour</span>
          </span>
          {days.map((date) => (
            <span key={date} role="columnheader" className={classes.day} data-today={date === props.today || undefined} aria-label={longDay(date)}>
              {weekday(date)} <b>{day(date).day}</b>
            </span>
          ))}
        </div>
        {HOURS.map((hour) => (
          <Fragment key={hour}>
            <div role="row" className={classes.row} data-hour-row={hour}>
              <span role="rowheader" className={classes.hour}>
                {`${String(hour).padStart(2, '0')}:00`}
              </span>
              {days.map((date) => (
                <Hour key={date} {...props} date={date} hour={hour} low={hour < QUIET && !busy.has(hour)} />
              ))}
            </div>
          </Fragment>
        ))}
      </div>
    </div>
  );
}

function Hour(props: GridProps & { date: Day; hour: number; low: boolean }) {
  const { date, hour, zone, now, moving } = props;
  const cards = (props.cards.get(date) ?? []).filter((card) => card.hour === hour);
  const at = wall(now, zone);
  const today = date === props.today;
  const past = date < props.today || (today && hour < at.hour);
  const skipped = !exists(date, hour, zone);
  const state = skipped ? 'skipped' : past ? 'past' : undefined;
  return (
    <div
      role="gridcell"
      className={classes.cell}
      data-cell
      data-day={date}
      data-hour={hour}
      data-state={state}
      data-low={props.low || undefined}
      onClick={(event) => {
        if (event.target === event.currentTarget && !state) props.write({ day: date, minutes: hour * 60 });
      }}
    >
      <Cell cards={cards} most={MOST} zone={zone} open={props.open} where={`${shortDay(date)}, ${hour}:00`} />
      {moving && moving.day === date && Math.floor(moving.minutes / 60) === hour && <Placeholder moving={moving} zone={zone} now={now} />}
      {today && hour === at.hour && <span className={classes.now} data-at={Math.floor(at.minute / 6)} aria-hidden />}
      {skipped && <span className="visually-hidden">The clocks skip this hour</span>}
    </div>
  );
}

/** The morning is on top when a week is opened; afterwards it stays where one has scrolled to. */
function useScrolledToMorning(scroller: RefObject<HTMLDivElement | null>, hour: number): void {
  useEffect(() => {
    const row = scroller.current?.querySelector(`[data-hour-row="${hour}"] > *`);
    const head = scroller.current?.querySelector('[role=columnheader]');
    if (scroller.current && row && head) scroller.current.scrollTop += row.getBoundingClientRect().top - head.getBoundingClientRect().bottom;
  }, []);
}
