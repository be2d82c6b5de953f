// Keys of single letters: outside of fields and dialogs only, and never with Ctrl, Alt or Meta, which are the browser's.
import { useEffect, useRef } from 'react';

export type Keys = Record<string, (event: KeyboardEvent) => void>;

const FIELDS = 'input, textarea, select, [contenteditable=true]';

/** `inside`: also while a dialog is open, for the dialog's own keys. */
export function useKeys(keys: Keys, inside = false): void {
  const current = useRef(keys);
  current.current = keys;
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const target = event.target as Element | null;
      if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || target?.closest(FIELDS)) return;
      if (!inside && document.querySelector('[role=dialog], [role=menu], [role=listbox]')) return;
      const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      const act = current.current[name];
      if (!act) return;
      event.preventDefault();
      act(event);
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, [inside]);
}
