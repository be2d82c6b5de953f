// What is around every screen: where one can go, in which workspace one is, and whether what is shown is fresh.
import { type ReactNode } from 'react';
import { useLocation } from 'wouter';
import { undoLast } from '../lib/undo';
import { Notice } from '../ui/Notice';
import { refused, tell } from '../ui/toasts';
import { useLiveHints } from './live';
import { Navigation } from './Navigation';
import { useWorkspace } from './session';
import classes from './Shell.module.css';
import { useKeys } from './shortcuts';
import { ShortcutList } from './ShortcutList';
import { TestBar } from './TestBar';

export function Shell({ children }: { children: ReactNode }) {
  const { id, slug, test } = useWorkspace();
  const [, go] = useLocation();
  const live = useLiveHints(id);
  useKeys({
    c: () => go(`/w/${slug}/compose`),
    z: () => {
      undoLast().then(
        (label) => tell(label ? `Taken back: ${label}` : 'There is nothing to take back'),
        (error: unknown) => refused(error, 'It could not be taken back'),
      );
    },
  });
  return (
    <div className={classes.shell}>
      <a className={classes.skip} href="#main">
        Skip to the content
      </a>
      <Navigation />
      <main id="main" className={classes.main}>
        {test && <TestBar />}
        {!live && <Notice tone="warn">Live updates are off: what is shown is asked for every 15 seconds.</Notice>}
        {children}
      </main>
      <ShortcutList />
    </div>
  );
}
