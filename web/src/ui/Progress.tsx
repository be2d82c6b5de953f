// How far the posts of something are: a bar in the colours of their states, and the same in words.
import { counted } from '../lib/say';
import type { RunSummary } from '../api/runs';
import { LOOKS, type Look } from './status';
import classes from './Progress.module.css';

type Counted = 'published' | 'publishing' | 'scheduled' | 'retry_pending' | 'failed' | 'draft' | 'canceled';
const PARTS: [Counted, Look][] = [
  ['published', 'published'],
  ['publishing', 'publishing'],
  ['scheduled', 'scheduled'],
  ['retry_pending', 'waiting'],
  ['failed', 'failed'],
  ['draft', 'draft'],
  ['canceled', 'canceled'],
];

export function Progress({ summary }: { summary: RunSummary }) {
  const there = PARTS.filter(([status]) => summary[status]);
  return (
    <span className={classes.progress}>
      <span className={classes.bar} aria-hidden>
        {there.map(([status, look]) => (
          <span key={status} data-look={look} style={{ flexGrow: summary[status] }} />
        ))}
      </span>
      <span className={classes.words}>
        {there.map(([status, look]) => `${summary[status]} ${LOOKS[look].word.toLowerCase()}`).join(' · ') || counted(0, 'post')}
      </span>
    </span>
  );
}
