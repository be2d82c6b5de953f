// Which accounts take a file as it is, which would have it changed, and which do not take it.
import { useQuery } from '@tanstack/react-query';
import { Check, Crop, X } from 'lucide-react';
import { useNames } from '../api/accounts';
import { fitsOf, type Fit } from '../api/assets';
import { useWorkspace } from '../app/session';
import { listed } from '../lib/say';
import { Glyph } from '../ui/Glyph';
import { Failure } from '../ui/Notice';
import classes from './Fits.module.css';

const HOW = { as_it_is: ['As it is', Check], changed: ['Changed', Crop], refused: ['Not at all', X] } as const;

export function Fits({ id }: { id: string }) {
  const { id: workspace } = useWorkspace();
  const { data, error, refetch } = useQuery(fitsOf(workspace, id));
  const name = useNames(workspace);
  if (error) return <Failure error={error} retry={() => void refetch()} />;
  if (!data) return null;
  if (!data.length) return <p className={classes.why}>No account is connected that could take it.</p>;
  return (
    <ul className={classes.list}>
      {data.map((fit) => {
        const [word, Icon] = HOW[fit.fit];
        return (
          <li key={fit.accountId} data-fit={fit.fit}>
            <Glyph provider={fit.provider} size={18} named />
            <span className={classes.name}>{name(fit.accountId, fit.account)}</span>
            <span className={classes.fit}>
              <Icon size={14} strokeWidth={2.4} aria-hidden /> {word}
            </span>
            {why(fit) && <span className={classes.why}>{why(fit)}</span>}
          </li>
        );
      })}
    </ul>
  );
}

function why(fit: Fit): string {
  if (fit.fit === 'changed') return `${listed(fit.changes)}, where the media policy is to fit`;
  return fit.fit === 'refused' ? fit.reasons.join(' ') : '';
}
