// Keys of single letters: outside of fields and dialogs only, and never with Ctrl, Alt or Meta, which are the browser's.
import { useEffect, useRef } from 'react';

export type Keys = Record<string, (event: KeyboardEvent) => void>;

const FIELDS = 'input:not([type=checkbox]), textarea, select, [contenteditable=true]';
const DIALOGS = '[role=dialog], [role=menu], [role=listbox]';
const SECOND_MS = 1500;

const busy = (event: KeyboardEvent) =>
  event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || (event.target as Element | null)?.closest(FIELDS);
const nameOf = (event: KeyboardEvent) => (event.key.length === 1 ? event.key.toLowerCase() : event.key);

/** `inside`: also while a dialog is open, for the dialog's own keys. */
export function useKeys(keys: Keys, inside = false): void {
  const current = useRef(keys);
  current.current = keys;
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (busy(event)) return;
      if (!inside && document.querySelector(DIALOGS)) return;
      const act = current.current[nameOf(event)];
      if (!act) return;
      event.preventDefault();
      act(event);
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, [inside]);
}

/** Two keys after each other: `first`, then one of these. While the second is awaited no other key of a single letter acts. */
export function useKeysAfter(first: string, keys: Keys): void {
  const current = useRef(keys);
  current.current = keys;
  useEffect(() => {
    let begun = 0;
    const pressed = (event: KeyboardEvent) => {
      if (busy(event) || document.querySelector(DIALOGS)) return;
      const awaited = Date.now() - begun < SECOND_MS;
      begun = 0;
      if (awaited) {
        event.preventDefault();
        current.current[nameOf(event)]?.(event);
      } else if (nameOf(event) === first && !event.shiftKey) {
        event.preventDefault();
        begun = Date.now();
      }
    };
    document.addEventListener('keydown', pressed, true); // before the keys of the screen
    return () => document.removeEventListener('keydown', pressed, true);
  }, [first]);
}
