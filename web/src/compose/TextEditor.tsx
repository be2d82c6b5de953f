// A plain text field over a mirror of itself. Networks take plain text; the mirror marks what is too much without touching what is typed.
import { useEffect, useRef } from 'react';
import classes from './TextEditor.module.css';

export function TextEditor(props: { label: string; value: string; fits: number; change: (text: string) => void; focusKey: string }) {
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.focus(), [props.focusKey]);
  const { value, fits } = props;
  return (
    <div className={classes.editor}>
      <div className={classes.mirror} aria-hidden>
        {value.slice(0, fits)}
        {fits < value.length && <mark>{value.slice(fits)}</mark>}
        {'\n '}
      </div>
      <textarea
        ref={field}
        className={classes.field}
        aria-label={props.label}
        aria-invalid={fits < value.length || undefined}
        placeholder="What do you want to say?"
        value={value}
        onChange={(event) => props.change(event.currentTarget.value)}
      />
    </div>
  );
}
