// Values side by side, as bars of their length; each with its name and number, so that it reads as a list too.
import type { ReactNode } from 'react';
import classes from './charts.module.css';

export interface Bar {
  key: string;
  name: ReactNode;
  value: number | null;
  instead?: string; // where there is no value: why
}

export function Bars({ bars, label }: { bars: Bar[]; label: string }) {
  const most = Math.max(1, ...bars.map((bar) => bar.value ?? 0));
  return (
    <ul className={classes.bars} aria-label={label}>
      {bars.map((bar) => (
        <li key={bar.key}>
          <span className={classes.name}>{bar.name}</span>
          <svg className={classes.track} viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden>
            <rect className={classes.ground} width="100" height="8" rx="1" />
            {!!bar.value && bar.value > 0 && <rect className={classes.bar} width={Math.max(0.6, (bar.value / most) * 100)} height="8" rx="1" />}
          </svg>
          <span className={classes.value}>{bar.value === null ? <small>{bar.instead ?? '—'}</small> : bar.value.toLocaleString('en')}</span>
        </li>
      ))}
    </ul>
  );
}
