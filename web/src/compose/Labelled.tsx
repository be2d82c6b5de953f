// The labels of what is written. Most posts have none, so what they are chosen with is loaded by who wants one.
import { Tag } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import classes from './Labelled.module.css';
import type { Change } from './writing';

const Labels = lazy(() => import('./Labels').then((m) => ({ default: m.Labels })));

export function Labelled({ labels, change }: { labels: string[]; change: (change: Change) => void }) {
  const [open, setOpen] = useState(false);
  const button = (
    <button type="button" className={classes.label} onClick={() => setOpen(true)}>
      <Tag size={15} aria-hidden /> {labels.length ? labels.join(', ') : 'Label'}
    </button>
  );
  if (!open && !labels.length) return button;
  return (
    <Suspense fallback={button}>
      <Labels labels={labels} focus={open} change={(next) => change({ do: 'label', labels: next })} />
    </Suspense>
  );
}
