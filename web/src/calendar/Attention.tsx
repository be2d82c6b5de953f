// What needs a person, above the calendar, in one line.
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { attentionOf } from '../api/posts';
import { useWorkspace } from '../app/session';
import { counted } from '../lib/say';
import { Notice } from '../ui/Notice';
import classes from './Attention.module.css';

const KINDS: [string, (n: number) => string][] = [
  ['unresolved', (n) => `${n} may or may not be live`],
  ['refused', (n) => (n === 1 ? '1 was refused' : `${n} were refused`)],
  ['waitingForAccount', (n) => (n === 1 ? '1 waits for its account' : `${n} wait for their account`)],
  ['held', (n) => (n === 1 ? '1 is held back' : `${n} are held back`)],
  ['overdue', (n) => (n === 1 ? '1 is overdue' : `${n} are overdue`)],
];

export function Attention() {
  const { id, slug } = useWorkspace();
  const { data } = useQuery(attentionOf(id));
  if (!data) return null;
  const counts = data.counts as Record<string, number>;
  const total = KINDS.reduce((sum, [kind]) => sum + (counts[kind] ?? 0), 0);
  if (!total) return null;
  const why = KINDS.flatMap(([kind, told]) => (counts[kind] ? [told(counts[kind])] : []));
  return (
    <div className={classes.bar}>
      <Notice
        tone="warn"
        action={
          <Link className={classes.link} href={`/w/${slug}/posts?show=attention`}>
            Look at them
          </Link>
        }
      >
        <strong>{counted(total, 'post needs', 'posts need')} you.</strong> {why.join('. ')}.
      </Notice>
    </div>
  );
}
