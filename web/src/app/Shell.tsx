// What is around every screen: where one can go, in which workspace one is, and whether what is shown is fresh.
import { type ReactNode } from 'react';
import { useLocation } from 'wouter';
import { undoLast } from '../lib/undo';
import { useNews } from '../notifications/news';
import { Notice } from '../ui/Notice';
import { refused, tell } from '../ui/toasts';
import { useLiveHints } from './live';
import { Navigation } from './Navigation';
import { Returned } from './Returned';
import { useWorkspace } from './session';
import classes from './Shell.module.css';
import { placesOf } from './places';
import { useKeys, useKeysAfter } from './shortcuts';
import { Palette } from './opening';
import { ShortcutList } from './ShortcutList';
import { TestBar } from './TestBar';
import { PlanBar } from './PlanBar';
import { WorkerBar } from './WorkerBar';

export function Shell({ children }: { children: ReactNode }) {
  const workspace = useWorkspace();
  const { id, slug, test, sells } = workspace;
  const [, go] = useLocation();
  const live = useLiveHints(id);
  useNews();
  useKeys({
    c: () => go(`/w/${slug}/compose`),
    z: () => {
      undoLast().then(
        (label) => tell(label ? `Taken back: ${label}` : 'There is nothing to take back'),
        (error: unknown) => refused(error, 'It could not be taken back'),
      );
    },
  });
  useKeysAfter('g', Object.fromEntries(placesOf(workspace).map(({ key, to }) => [key, () => go(`/w/${slug}/${to}`)])));
  return (
    <div className={classes.shell}>
      <a className={classes.skip} href="#main">
        Skip to the content
      </a>
      <Navigation />
      <main id="main" className={classes.main}>
        {test && <TestBar />}
        <div className={classes.notices}>
          <WorkerBar />
          {sells && <PlanBar />}
          {!live && <Notice tone="warn">Live updates are off: what is shown is asked for every 15 seconds.</Notice>}
        </div>
        {children}
      </main>
      <ShortcutList />
      <Palette />
      <Returned />
    </div>
  );
}
