import { counted, longDay, shortDay, weekday } from '../lib/say';
import { day, type Day } from '../lib/time';
import { postsIn } from './cards';
import { Cell } from './Cell';
import classes from './MonthGrid.module.css';
import { Placeholder } from './Placeholder';
import type { GridProps } from './WeekGrid';

const MOST = 4;
const MORNING = 9 * 60; // what is written from a day of the month goes out then, until another time is chosen

export function MonthGrid(props: GridProps & { month: Day }) {
  const { days } = props;
  const weeks = Array.from({ length: days.length / 7 }, (_, n) => days.slice(n * 7, n * 7 + 7));
  return (
    <div className={classes.scroller} data-scroller tabIndex={0} role="region" aria-label="Days of the month">
      <div className={classes.grid} ref={props.grid} role="grid" aria-label="Calendar">
        <div role="row" className={classes.row}>
          {days.slice(0, 7).map((date) => (
            <span key={date} role="columnheader" className={classes.head}>
              {weekday(date)}
            </span>
          ))}
        </div>
        {weeks.map((week) => (
          <div key={week[0]} role="row" className={classes.row}>
            {week.map((date) => (
              <OneDay key={date} {...props} date={date} />
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}

function OneDay(props: GridProps & { date: Day; month: Day }) {
  const { date, zone, moving } = props;
  const cards = props.cards.get(date) ?? [];
  const total = postsIn(cards);
  const past = date < props.today;
  return (
    <div
      role="gridcell"
      className={classes.day}
      data-cell
      data-day={date}
      data-state={past ? 'past' : undefined}
      data-beside={day(date).month !== day(props.month).month || undefined}
      onClick={(event) => {
        if (event.target === event.currentTarget && !past) props.write({ day: date, minutes: MORNING });
      }}
    >
      <div className={classes.top}>
        <b data-today={date === props.today || undefined} aria-hidden>
          {day(date).day}
        </b>
        <span className="visually-hidden">{longDay(date)}</span>
        {total > 0 && <small title={counted(total, 'post')}>{total}</small>}
      </div>
      <Cell cards={cards} most={MOST} zone={zone} line open={props.open} where={shortDay(date)} />
      {moving && moving.day === date && <Placeholder moving={moving} zone={zone} now={props.now} />}
    </div>
  );
}
