// Where a card would land that is moved by keys.
import { moment } from '../lib/say';
import { instant } from '../lib/time';
import type { Card } from './cards';
import { landing, type Target } from './moving';
import classes from './Placeholder.module.css';

export function Placeholder({ moving, zone, now }: { moving: Target & { card: Card }; zone: string; now: number }) {
  const found = landing(moving, zone, now);
  return (
    <div className={classes.place} data-refused={'why' in found || undefined} aria-hidden>
      {'why' in found ? found.why : moment(instant(moving.day, moving.minutes, zone), zone)}
    </div>
  );
}
