import type { Counted } from './writing';
import { left } from './writing';
import classes from './Counter.module.css';

const AROUND = 2 * Math.PI * 7;

/** How full it is as a ring, and how much is left as a number. */
export function Counter({ count, whose }: { count: Counted; whose?: string }) {
  const room = left(count);
  if (count.most === null) return null;
  const part = Math.min(1, count.length / count.most);
  return (
    <span className={classes.counter} data-over={room < 0 || undefined}>
      <svg width="18" height="18" viewBox="0 0 18 18" aria-hidden>
        <circle cx="9" cy="9" r="7" />
        <circle className={classes.part} cx="9" cy="9" r="7" strokeDasharray={`${part * AROUND} ${AROUND}`} transform="rotate(-90 9 9)" />
      </svg>
      <strong>{room < 0 ? `${-room} too many` : `${room} left`}</strong>
      {whose && <span className={classes.whose}>{whose}</span>}
    </span>
  );
}
