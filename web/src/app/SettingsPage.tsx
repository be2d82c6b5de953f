// The frame of everything that is set: of the workspace, of its people, and of oneself.
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { Page } from '../ui/Page';
import { useWorkspace } from './session';
import classes from './SettingsPage.module.css';

const PARTS: [to: string, label: string, right?: string][] = [
  ['settings', 'Workspace'],
  ['settings/slots', 'Posting times'],
  ['settings/team', 'Team', 'members'],
  ['settings/usage', 'Usage'],
  ['settings/me', 'You'],
];

export function SettingsPage({ at, title, actions, children }: { at: string; title: string; actions?: ReactNode; children: ReactNode }) {
  const { slug, rights, sells } = useWorkspace();
  return (
    <Page title={title} actions={actions}>
      <nav className={classes.parts} aria-label="Settings">
        {PARTS.filter(([, , right]) => !right || rights.has(right)).map(([to, label]) => (
          <Link key={to} href={`/w/${slug}/${to}`} aria-current={to === at ? 'page' : undefined}>
            {to === 'settings/usage' && sells ? 'Plan and usage' : label}
          </Link>
        ))}
      </nav>
      <div className={classes.body}>{children}</div>
    </Page>
  );
}
