import { LOOKS, type Look } from './status';
import classes from './Status.module.css';

/** `word`: what it is called where it is not a post's. */
export function Status({ look, word = LOOKS[look].word }: { look: Look; word?: string }) {
  const Icon = LOOKS[look].icon;
  return (
    <span className={classes.status} data-look={look}>
      <Icon size={13} strokeWidth={2.4} aria-hidden />
      {word}
    </span>
  );
}
