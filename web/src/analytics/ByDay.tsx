import { longDay } from '../lib/say';
import { LineChart } from '../ui/charts/LineChart';
import { Panel } from './Panel';
import { courseOf, type Overview } from './queries';
import { nameOfFigure } from './words';

interface Props {
  figure: string;
  now: Overview;
  before: Overview | undefined;
  days: string[];
  earlier: string[];
}

export function ByDay({ figure, now, before, days, earlier }: Props) {
  const values = courseOf(now, figure, days);
  const former = before && courseOf(before, figure, earlier);
  const name = nameOfFigure(figure);
  const most = values.indexOf(Math.max(...values));
  const trend = `${name} by day: ${values.reduce((sum, value) => sum + value, 0).toLocaleString('en')} in all, the most on ${longDay(days[most]!)} with ${values[most]!.toLocaleString('en')}`;
  return (
    <Panel
      title={`${name} by day`}
      chart={<LineChart label={trend} days={days} values={values} before={former} />}
      head={['Day', name, ...(former ? ['In the span before'] : [])]}
      rows={days.map((day, n) => [longDay(day), values[n]!, ...(former ? [former[n] ?? null] : [])])}
    />
  );
}
