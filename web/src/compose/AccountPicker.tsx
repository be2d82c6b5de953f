import { Check } from 'lucide-react';
import { memo, useState } from 'react';
import { nameOf, type Account } from '../api/accounts';
import { Glyph, labelOf } from '../ui/Glyph';
import classes from './AccountPicker.module.css';
import type { Change } from './writing';

export const AccountPicker = memo(function AccountPicker({ accounts, chosen, change }: { accounts: Account[]; chosen: string[]; change: (change: Change) => void }) {
  const [first] = useState(chosen); // those that it goes to come first; they stay where they are while one chooses
  const ordered = [...accounts].sort((a, b) => Number(first.includes(b.id)) - Number(first.includes(a.id)));
  return (
    <div className={classes.row} role="group" aria-label="Accounts that it goes to">
      {ordered.map((one) => {
        const on = chosen.includes(one.id);
        const broken = one.status !== 'connected';
        return (
          <button key={one.id} type="button" className={classes.chip} aria-pressed={on} disabled={broken && !on} onClick={() => change({ do: 'toggle', account: one.id })}>
            <Glyph provider={one.provider} size={20} />
            <span className={classes.name}>
              <strong>{nameOf(one)}</strong>
              <small>
                {labelOf(one.provider)}
                {broken && ' · to be connected again'}
              </small>
            </span>
            {on && <Check size={15} aria-hidden />}
          </button>
        );
      })}
    </div>
  );
});
