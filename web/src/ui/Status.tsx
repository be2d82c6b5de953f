import { LOOKS, type Look } from './status';
import classes from './Status.module.css';

export function Status({ look }: { look: Look }) {
  const { word, icon: Icon } = LOOKS[look];
  return (
    <span className={classes.status} data-look={look}>
      <Icon size={13} strokeWidth={2.4} aria-hidden />
      {word}
    </span>
  );
}
