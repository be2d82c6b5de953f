import { labelOf, Glyph } from '../ui/Glyph';
import { LOOKS } from '../ui/status';
import { clock, counted, listed } from '../lib/say';
import type { Card } from './cards';
import classes from './CalendarCard.module.css';

const GLYPHS = 2;

export interface CardProps {
  card: Card;
  zone: string;
  line?: boolean;
  open: (card: Card) => void;
}

export function CalendarCard({ card, zone, line = false, open }: CardProps) {
  const { word, icon: Icon } = LOOKS[card.look];
  const providers = card.posts.map((post) => post.provider);
  const names = listed([...new Set(providers.map(labelOf))]);
  const shown = line && providers.length > 2 ? providers.slice(0, 1) : providers.slice(0, GLYPHS);
  return (
    <button
      type="button"
      className={classes.card}
      data-card={card.id}
      data-day={card.day}
      data-look={card.look}
      data-line={line || undefined}
      data-movable={card.movable || undefined}
      aria-describedby={card.movable ? 'how-to-move' : undefined}
      onClick={() => open(card)}
    >
      <span className={classes.head}>
        {shown.map((provider, n) => (
          <Glyph key={n} provider={provider} size={14} />
        ))}
        {providers.length > shown.length && (
          <span className={classes.more} aria-hidden>
            +{providers.length - shown.length}
          </span>
        )}
        <time dateTime={card.at}>{clock(card.at, zone)}</time>
        <span className="visually-hidden">{`, ${word}, ${names}: ${card.text ? '' : counted(card.posts.length, 'post')}`}</span>
        {line && <span className={classes.words}>{card.text}</span>}
        {card.look !== 'scheduled' && <Icon className={classes.icon} size={13} strokeWidth={2.4} aria-hidden />}
      </span>
      {!line && <span className={classes.text}>{card.text}</span>}
    </button>
  );
}
