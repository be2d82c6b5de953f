import { Menu } from '@mantine/core';
import { Check, ChevronsUpDown } from 'lucide-react';
import { useLocation } from 'wouter';
import { useSigned } from './session';
import classes from './WorkspaceSwitcher.module.css';

export function WorkspaceSwitcher() {
  const { session, workspace } = useSigned();
  const [address, go] = useLocation();
  const to = (slug: string) => go(address.replace(/^\/w\/[^/]+(\/[^/]+)?.*/, `/w/${slug}$1`)); // the screen stays, what it showed does not
  return (
    <Menu position="bottom-start" width={260} shadow="md">
      <Menu.Target>
        <button type="button" className={classes.button}>
          <Mark />
          <span className={classes.name}>
            <strong>{workspace.name}</strong>
            <small>{workspace.test ? 'Test workspace' : 'Live workspace'}</small>
          </span>
          <ChevronsUpDown size={15} aria-hidden />
          <span className="visually-hidden">Switch workspace</span>
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Workspaces</Menu.Label>
        {session.workspaces?.map((one) => (
          <Menu.Item
            key={one.id}
            onClick={() => to(one.slug)}
            rightSection={one.id === workspace.id && <Check size={15} aria-label="shown" />}
          >
            {one.name} <small className={classes.mode}>{one.mode === 'test' ? 'test' : 'live'} · {one.role}</small>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function Mark() {
  return (
    <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden className={classes.mark}>
      <rect width="32" height="32" rx="8" fill="#4f46e5" />
      <path d="M8 22c0-6 2-11 4-11s1.500 7 2 11c.8-6 2.200-12 4.200-12s1.300 8 1.800 12c.7-5 1.700-8 4-8" />
    </svg>
  );
}
