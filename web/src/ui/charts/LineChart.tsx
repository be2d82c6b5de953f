// A value by day, and beside it, dashed, what it was in the span before. What it shows is also in a table, by a switch of who uses it.
import { useElementSize } from '@mantine/hooks';
import { useState, type PointerEvent } from 'react';
import { shortDay } from '../../lib/say';
import classes from './charts.module.css';
import { compact, line, ticks } from './scale';

interface Props {
  label: string;
  days: string[];
  values: (number | null)[];
  before?: (number | null)[];
}

const HEIGHT = 220;
const [LEFT, RIGHT, TOP, BOTTOM] = [46, 12, 12, 26];

export function LineChart({ label, days, values, before }: Props) {
  const { ref, width } = useElementSize();
  const [at, setAt] = useState<number | null>(null);
  const all = [...values, ...(before ?? [])].filter((value) => value !== null);
  const steps = ticks(Math.min(0, ...all), Math.max(0, ...all));
  const [low, high] = [steps[0]!, steps.at(-1)!];
  const inner = Math.max(1, width - LEFT - RIGHT);
  const x = (n: number) => LEFT + (days.length > 1 ? (n / (days.length - 1)) * inner : inner / 2);
  const y = (value: number) => TOP + (1 - (value - low) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  const every = Math.max(1, Math.ceil(days.length / Math.max(2, Math.floor(inner / 92))));
  const moved = (event: PointerEvent<SVGSVGElement>) => {
    const place = event.clientX - event.currentTarget.getBoundingClientRect().left - LEFT;
    setAt(Math.max(0, Math.min(days.length - 1, Math.round((place / inner) * (days.length - 1)))));
  };
  const path = line(values, x, y);
  return (
    <div ref={ref} className={classes.chart}>
      {width > 0 && (
        <svg width={width} height={HEIGHT} role="img" aria-label={label} onPointerMove={moved} onPointerLeave={() => setAt(null)}>
          {steps.map((step) => (
            <g key={step}>
              <line className={classes.rule} x1={LEFT} x2={width - RIGHT} y1={y(step)} y2={y(step)} />
              <text className={classes.tick} x={LEFT - 8} y={y(step) + 4} textAnchor="end">
                {compact(step)}
              </text>
            </g>
          ))}
          {days.map((day, n) =>
            n % every ? null : (
              <text key={day} className={classes.tick} x={x(n)} y={HEIGHT - 6} textAnchor={n === 0 ? 'start' : 'middle'}>
                {shortDay(day).slice(4)}
              </text>
            ),
          )}
          {before && <path className={classes.before} d={line(before, x, y)} />}
          {days.length > 1 && <path className={classes.area} d={`${path}L${x(days.length - 1)} ${y(low)}L${x(0)} ${y(low)}Z`} />}
          <path className={classes.line} d={path} />
          {at !== null && <line className={classes.cursor} x1={x(at)} x2={x(at)} y1={TOP} y2={HEIGHT - BOTTOM} />}
          {at !== null && values[at] != null && <circle className={classes.dot} cx={x(at)} cy={y(values[at])} r={4} />}
        </svg>
      )}
      {at !== null && (
        <div className={classes.tip} style={{ insetInlineStart: Math.min(Math.max(x(at) - 70, 0), Math.max(0, width - 150)) }} aria-hidden>
          <strong>{shortDay(days[at]!)}</strong>
          <span>{values[at]?.toLocaleString('en') ?? '—'}</span>
          {before && <small>{before[at]?.toLocaleString('en') ?? '—'} in the span before</small>}
        </div>
      )}
    </div>
  );
}
