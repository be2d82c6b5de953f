// The chords of the composer: wherever the focus is, but in what stands above it, such as a dialog or a menu.
import { useEffect } from 'react';

const ABOVE = '[role=dialog], [role=menu], [role=listbox]';

export function useChords(keys: Record<string, () => void>): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const name = `${event.ctrlKey || event.metaKey ? 'ctrl+' : ''}${event.shiftKey ? 'shift+' : ''}${event.key}`;
      const act = keys[name];
      if (!act || event.defaultPrevented || (event.target as Element | null)?.closest(ABOVE)) return;
      event.preventDefault();
      act();
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  });
}
