// A week or a month where there is little room: all of its days fit beside each other, each with how its posts are doing, and below them is
// what is on those days. A row is moved by holding it and dropping it on a day.
import { Plus } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { counted, listed, longDay, shortDay, weekday } from '../lib/say';
import { day, type Day } from '../lib/time';
import { LOOKS, WORST, type Look } from '../ui/status';
import { postsIn, type Card } from './cards';
import { DayRows } from './DayList';
import classes from './PhoneDays.module.css';
import type { GridProps } from './WeekGrid';

const MOST_DOTS = 3;
const MORNING = 9 * 60;
const ABOVE = 8;
const TOLD: Look[] = ['unknown', 'failed', 'waiting']; // what is said of a day beside the number of its posts

interface Props extends GridProps {
  month: boolean; // else a week, all days of which are listed
  date: Day;
  choose: (date: Day) => void;
}

export function PhoneDays(props: Props) {
  const { days, month, date, cards } = props;
  const agenda = useRef<HTMLDivElement>(null);
  const weeks = Array.from({ length: days.length / 7 }, (_, n) => days.slice(n * 7, n * 7 + 7));
  const show = (to: Day) => {
    const [box, section] = [agenda.current, agenda.current?.querySelector(`[data-section="${to}"]`)];
    if (box && section) box.scrollTop += section.getBoundingClientRect().top - box.getBoundingClientRect().top - ABOVE;
  };
  const choose = (to: Day) => {
    props.choose(to);
    show(to);
  };
  useEffect(() => show(date), [days[0]]); // of a week that is opened, the chosen day is on top
  return (
    <div className={classes.all} data-scroller>
      <div className={classes.column} ref={props.grid}>
        <div className={classes.grid} role="grid" aria-label="Calendar">
          <div role="row" className={classes.row}>
            {days.slice(0, 7).map((one) => (
              <span key={one} role="columnheader" className={classes.head} aria-label={weekday(one)}>
                {weekday(one).charAt(0)}
              </span>
            ))}
          </div>
          {weeks.map((week) => (
            <div key={week[0]} role="row" className={classes.row}>
              {week.map((one) => (
                <Cell key={one} {...props} one={one} choose={choose} />
              ))}
            </div>
          ))}
        </div>
        <div className={classes.agenda} ref={agenda} role="region" aria-label="What is on" tabIndex={0}>
          {(month ? [date] : days).map((one) => (
            <OneDay key={one} {...props} one={one} cards={cards} />
          ))}
        </div>
      </div>
    </div>
  );
}

function Cell({ one, choose, cards, date, today, month, moving }: Props & { one: Day }) {
  const mine = cards.get(one) ?? [];
  const looks = [...mine].sort((a, b) => WORST.indexOf(a.look) - WORST.indexOf(b.look)).map((card) => card.look);
  return (
    <div
      role="gridcell"
      className={classes.cell}
      data-cell
      data-day={one}
      data-beside={(month && day(one).month !== day(date).month) || undefined}
      data-target={moving?.day === one || undefined}
    >
      <button type="button" aria-pressed={one === date} aria-current={one === today ? 'date' : undefined} aria-label={told(one, mine)} onClick={() => choose(one)}>
        <b>{day(one).day}</b>
        <span className={classes.dots} aria-hidden>
          {looks.slice(0, looks.length > MOST_DOTS ? MOST_DOTS - 1 : MOST_DOTS).map((look, n) => (
            <i key={n} data-look={look} />
          ))}
          {looks.length > MOST_DOTS && <small data-more={`+${looks.length - MOST_DOTS + 1}`} />}
        </span>
      </button>
    </div>
  );
}

/** `Wednesday, 16 December 2026: 5 posts, of which 1 failed` */
function told(one: Day, mine: Card[]): string {
  const total = postsIn(mine);
  const wrong = TOLD.map((look) => [look, postsIn(mine.filter((card) => card.look === look))] as const).filter(([, count]) => count > 0);
  const worse = wrong.length ? `, of which ${listed(wrong.map(([look, count]) => `${count} ${LOOKS[look].word.toLowerCase()}`))}` : '';
  return `${longDay(one)}: ${total ? counted(total, 'post') : 'nothing'}${worse}`;
}

function OneDay({ one, cards, today, zone, open, write }: Props & { one: Day }) {
  const mine = cards.get(one) ?? [];
  const past = one < today;
  return (
    <section data-section={one} className={classes.section} aria-label={longDay(one)}>
      <h2 className={classes.title}>
        {shortDay(one)}
        {one === today && <span className={classes.today}>Today</span>}
        {mine.length > 0 && <small>{counted(postsIn(mine), 'post')}</small>}
        {!past && (
          <button type="button" className={classes.add} aria-label={`Write a post for ${shortDay(one)}`} onClick={() => write({ day: one, minutes: MORNING })}>
            <Plus size={17} />
          </button>
        )}
      </h2>
      {mine.length ? <DayRows cards={mine} zone={zone} open={open} /> : <p className={classes.nothing}>{past ? 'Nothing went out' : 'Nothing yet'}</p>}
    </section>
  );
}
