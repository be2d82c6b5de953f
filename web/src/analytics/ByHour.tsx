// In which hours of the week posts went out that gained much: what each post of an hour gained on average, and from how many that is.
import { capital } from '../lib/say';
import charts from '../ui/charts/charts.module.css';
import { compact } from '../ui/charts/scale';
import { Panel } from './Panel';
import type { Overview } from './queries';
import classes from './Analytics.module.css';
import { nameOfFigure } from './words';

const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
const PARTS = [0, 3, 6, 9, 12, 15, 18, 21];
const two = (n: number) => String(n).padStart(2, '0');

interface Cell {
  posts: number;
  gained: number;
}

export function ByHour({ figure, overview }: { figure: string; overview: Overview }) {
  const cells = new Map<string, Cell>();
  for (const one of overview.hours) {
    if (one.metrics[figure] === undefined) continue;
    const key = `${one.weekday} ${Math.floor(one.hour / 3) * 3}`;
    const there = cells.get(key) ?? { posts: 0, gained: 0 };
    cells.set(key, { posts: there.posts + one.posts, gained: there.gained + (one.metrics[figure] ?? 0) });
  }
  const each = (cell: Cell) => cell.gained / cell.posts;
  const most = Math.max(1, ...[...cells.values()].map(each));
  const words = (cell: Cell) => `${Math.round(each(cell)).toLocaleString('en')} a post, of ${cell.posts} ${cell.posts === 1 ? 'post' : 'posts'}`;
  return (
    <Panel
      title="When posts went out that gained most"
      chart={
        <>
          <table className={charts.heat}>
            <caption className="visually-hidden">
              {nameOfFigure(figure)} a post, by weekday and time
            </caption>
            <thead>
              <tr>
                <td />
                {PARTS.map((hour) => (
                  <th key={hour} scope="col">
                    {two(hour)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {WEEKDAYS.map((weekday) => (
                <tr key={weekday}>
                  <th scope="row">{capital(weekday).slice(0, 3)}</th>
                  {PARTS.map((hour) => {
                    const cell = cells.get(`${weekday} ${hour}`);
                    const heat = cell ? Math.max(1, Math.ceil((each(cell) / most) * 4)) : undefined;
                    return (
                      <td key={hour} data-heat={heat} title={cell && words(cell)}>
                        {cell && compact(Math.round(each(cell)))}
                      </td>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </table>
          <p className={classes.note}>{nameOfFigure(figure)} a post, by the three hours in which it went out, times of {overview.timezone}. A cell of few posts says little.</p>
        </>
      }
      head={['When', `${nameOfFigure(figure)} a post`, 'Posts']}
      rows={[...cells].map(([key, cell]) => {
        const [weekday = '', hour = '0'] = key.split(' ');
        return [`${capital(weekday)}, ${two(Number(hour))}:00–${two(Number(hour) + 3)}:00`, Math.round(each(cell)), cell.posts];
      })}
    />
  );
}
