// Tabs with the keys that screen readers announce for them.
import { useId, type KeyboardEvent, type ReactNode } from 'react';
import classes from './Tabs.module.css';

interface Props {
  label: string;
  tabs: [key: string, label: ReactNode][];
  chosen: string;
  choose: (key: string) => void;
  children: ReactNode;
}

export function Tabs({ label, tabs, chosen, choose, children }: Props) {
  const id = useId();
  const pressed = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const at = tabs.findIndex(([key]) => key === chosen);
    const next = tabs[(at + step + tabs.length) % tabs.length]![0];
    choose(next);
    document.getElementById(`${id}-${next}`)?.focus();
  };
  return (
    <div>
      <div role="tablist" aria-label={label} className={classes.list} onKeyDown={pressed}>
        {tabs.map(([key, name]) => (
          <button
            key={key}
            id={`${id}-${key}`}
            type="button"
            role="tab"
            aria-selected={key === chosen}
            aria-controls={`${id}-panel`}
            tabIndex={key === chosen ? 0 : -1}
            className={classes.tab}
            onClick={() => choose(key)}
          >
            {name}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${chosen}`} className={classes.panel}>
        {children}
      </div>
    </div>
  );
}
