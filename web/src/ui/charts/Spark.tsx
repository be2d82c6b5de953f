// The course of a value, as small as a word. Who cannot see it reads the value beside it.
import classes from './charts.module.css';
import { line } from './scale';

const [WIDTH, HEIGHT] = [96, 26];

export function Spark({ values }: { values: (number | null)[] }) {
  const there = values.filter((value) => value !== null);
  if (there.length < 2) return null;
  const [low, high] = [Math.min(0, ...there), Math.max(1, ...there)];
  const x = (n: number) => 1 + (n / (values.length - 1)) * (WIDTH - 2);
  const y = (value: number) => 2 + (1 - (value - low) / (high - low)) * (HEIGHT - 4);
  return (
    <svg className={classes.spark} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden>
      <path className={classes.line} d={line(values, x, y)} vectorEffect="non-scaling-stroke" />
    </svg>
  );
}
