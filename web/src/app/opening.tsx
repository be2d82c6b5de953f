// What Ctrl K opens. It is loaded when somebody asks for it first.
import { lazy, Suspense, useEffect, useState } from 'react';

const Spotlight = lazy(() => import('../palette/Palette').then((m) => ({ default: m.Palette })));
const OPEN = 'socialclaw-palette';

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
    addEventListener(OPEN, asked);
    addEventListener('keydown', pressed);
    return () => {
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
