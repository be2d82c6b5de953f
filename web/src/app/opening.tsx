// What Ctrl K opens. It is loaded once the page has nothing else to do: who opens it types at once, and no letter may be lost.
import { lazy, Suspense, useEffect, useState } from 'react';

const load = () => import('../palette/Palette');
const Spotlight = lazy(() => load().then((m) => ({ default: m.Palette })));
const OPEN = 'socialclaw-palette';
const IDLE_MS = 1500;

export const openPalette = () => dispatchEvent(new Event(OPEN));

export function Palette() {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const asked = () => setOpen(true);
    const pressed = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
      event.preventDefault();
      setOpen((shown) => !shown);
    };
    const idle = setTimeout(() => void load(), IDLE_MS);
    addEventListener(OPEN, asked);
    addEventListener('keydown', pressed);
    return () => {
      clearTimeout(idle);
      removeEventListener(OPEN, asked);
      removeEventListener('keydown', pressed);
    };
  }, []);
  return open ? (
    <Suspense fallback={null}>
      <Spotlight close={() => setOpen(false)} />
    </Suspense>
  ) : null;
}
