// Each figure by itself: what it is, how it has changed, its course; and who does not tell it. The one that is chosen is drawn large below.
import { counted, listed } from '../lib/say';
import { Spark } from '../ui/charts/Spark';
import { compact } from '../ui/charts/scale';
import classes from './Figures.module.css';
import { courseOf, FIGURES, type Overview } from './queries';
import { change, nameOfFigure, silent } from './words';

interface Props {
  now: Overview;
  before: Overview | undefined;
  days: string[];
  chosen: string;
  choose: (figure: string) => void;
}

const MOST_NAMED = 3;

export function Figures({ now, before, days, chosen, choose }: Props) {
  const gained = now.accounts.filter((one) => one.followersGained !== null);
  const followers = gained.reduce((sum, one) => sum + (one.followersGained ?? 0), 0);
  return (
    <ul className={classes.cards} aria-label="Figures">
      {FIGURES.map((figure) => {
        const value = now.metrics[figure];
        if (value === undefined || value === null) return null;
        const changed = change(value, before ? (before.metrics[figure] ?? 0) : undefined);
        const not = silent(now, figure);
        return (
          <li key={figure}>
            <button type="button" className={classes.card} aria-pressed={figure === chosen} onClick={() => choose(figure)}>
              <span className={classes.name}>{nameOfFigure(figure)}</span>
              <span className={classes.value}>
                {compact(value)}
                {changed && (
                  <small data-more={changed.more ?? undefined} title={`${before?.metrics[figure] ?? 0} before`}>
                    {changed.text}
                  </small>
                )}
              </span>
              <Spark values={courseOf(now, figure, days)} />
              <span className={classes.silent}>{not.length ? `${not.length > MOST_NAMED ? counted(not.length, 'network does not', 'networks do not') : `${listed(not)} ${not.length === 1 ? 'does' : 'do'} not`} tell` : 'of all accounts'}</span>
            </button>
          </li>
        );
      })}
      {gained.length > 0 && (
        <li className={classes.card} data-still>
          <span className={classes.name}>Followers</span>
          <span className={classes.value}>{followers >= 0 ? `+${compact(followers)}` : compact(followers)}</span>
          <span className={classes.silent}>now {compact(gained.reduce((sum, one) => sum + (one.followers ?? 0), 0))} at {counted(gained.length, 'account')}</span>
        </li>
      )}
    </ul>
  );
}
