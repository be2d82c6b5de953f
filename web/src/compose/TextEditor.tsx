// A plain text field over a mirror of itself. Networks take plain text; the mirror marks what is too much without touching what is typed.
import { useEffect, useRef } from 'react';
import classes from './TextEditor.module.css';

interface Props {
  label: string;
  place: string;
  value: string;
  fits: number;
  change: (text: string) => void;
  focusKey?: string; // takes the focus whenever this changes
  placeholder?: string;
  small?: boolean;
}

export function TextEditor({ label, place, value, fits, change, focusKey, placeholder = 'What do you want to say?', small }: Props) {
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (focusKey !== undefined) field.current?.focus();
  }, [focusKey]);
  return (
    <div className={classes.editor} data-small={small || undefined}>
      <div className={classes.mirror} aria-hidden>
        {value.slice(0, fits)}
        {fits < value.length && <mark>{value.slice(fits)}</mark>}
        {'\n '}
      </div>
      <textarea
        ref={field}
        className={classes.field}
        data-place={place}
        aria-label={label}
        aria-invalid={fits < value.length || undefined}
        placeholder={placeholder}
        value={value}
        onChange={(event) => change(event.currentTarget.value)}
      />
    </div>
  );
}
