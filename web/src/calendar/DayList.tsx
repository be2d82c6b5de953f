// The calendar as a list by days: what phones show.
import { clock, counted, longDay } from '../lib/say';
import { Glyph } from '../ui/Glyph';
import { Empty } from '../ui/Notice';
import { Status } from '../ui/Status';
import type { Day } from '../lib/time';
import { postsIn, type Card } from './cards';
import classes from './DayList.module.css';

export function DayList(props: { days: Day[]; cards: Map<Day, Card[]>; zone: string; today: Day; open: (card: Card) => void }) {
  const full = props.days.filter((date) => props.cards.get(date)?.length);
  if (!full.length) return <Empty title="Nothing in these two weeks">Press C to write a post.</Empty>;
  return (
    <div className={classes.list}>
      {full.map((date) => (
        <section key={date} aria-label={longDay(date)}>
          <h2 className={classes.day}>
            {longDay(date)}
            {date === props.today && <span className={classes.today}>Today</span>}
            <small>{counted(postsIn(props.cards.get(date) ?? []), 'post')}</small>
          </h2>
          <DayRows cards={props.cards.get(date) ?? []} zone={props.zone} open={props.open} />
        </section>
      ))}
    </div>
  );
}

/** A day's cards, a row each. */
export function DayRows({ cards, zone, open }: { cards: Card[]; zone: string; open: (card: Card) => void }) {
  return cards.map((card) => (
    <button key={card.id} type="button" data-card={card.id} data-day={card.day} className={classes.row} onClick={() => open(card)}>
      <time dateTime={card.at}>{clock(card.at, zone)}</time>
      <span className={classes.glyphs}>
        {card.posts.map((post) => (
          <Glyph key={post.id} provider={post.provider} size={18} named />
        ))}
      </span>
      <span className={classes.text}>{card.text}</span>
      <Status look={card.look} />
    </button>
  ));
}
