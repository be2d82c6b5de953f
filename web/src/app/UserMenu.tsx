import { ActionIcon, Menu, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { BookOpen, Link2, LogOut, Moon, Search, Sun, UserRound } from 'lucide-react';
import { useLocation } from 'wouter';
import { ROOT } from '../lib/address';
import { capital } from '../lib/say';
import { leave } from './leave';
import { openPalette } from './opening';
import { placesOf } from './places';
import { useSigned, type Session } from './session';
import classes from './UserMenu.module.css';

export function UserMenu() {
  const { session, workspace } = useSigned();
  const [, go] = useLocation();
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme() === 'dark';
  const name = session.user?.name ?? session.user?.email ?? 'You';
  const to = (screen: string) => () => go(`/w/${workspace.slug}/${screen}`);
  return (
    <div className={classes.row}>
      <Menu position="top-start" width={220} shadow="md">
        <Menu.Target>
          <button type="button" className={classes.button}>
            <span className={classes.initial} aria-hidden>
              {name.charAt(0).toUpperCase()}
            </span>
            <span className={classes.name}>
              <strong>{name}</strong>
              <small>{capital(workspace.role)}</small>
            </span>
            <span className={classes.more} aria-hidden>
              More
            </span>
            <span className="visually-hidden">Account menu</span>
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          {placesOf(workspace)
            .filter((place) => !place.phone)
            .map(({ to: screen, label, icon: Icon }) => (
              <Menu.Item key={screen} className={classes.narrow} leftSection={<Icon size={15} />} onClick={to(screen)}>
                {label}
              </Menu.Item>
            ))}
          <Menu.Item className={classes.narrow} leftSection={<Search size={15} />} onClick={openPalette}>
            Search
          </Menu.Item>
          <Menu.Item className={classes.narrow} leftSection={dark ? <Sun size={15} /> : <Moon size={15} />} onClick={() => setColorScheme(dark ? 'light' : 'dark')}>
            {dark ? 'Light colours' : 'Dark colours'}
          </Menu.Item>
          <Menu.Item leftSection={<UserRound size={15} />} onClick={to('settings/me')}>
            You and your devices
          </Menu.Item>
          {session.session?.fresh && unlinked(session).map((issuer) => (
            <Menu.Item key={issuer} component="a" href={`${ROOT}/auth/${issuer}/start?link=true`} leftSection={<Link2 size={15} />}>
              Link {capital(issuer)}
            </Menu.Item>
          ))}
          <Menu.Item component="a" href={`${ROOT}/docs`} target="_blank" rel="noreferrer" leftSection={<BookOpen size={15} />}>
            Documentation
          </Menu.Item>
          <Menu.Item leftSection={<LogOut size={15} />} onClick={() => leave('/auth/sign-out')}>
            Sign out
          </Menu.Item>
          <Menu.Item leftSection={<LogOut size={15} />} onClick={() => leave('/auth/sign-out-everywhere')}>
            Sign out everywhere
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <div className={classes.roomy}>
        <ColorScheme />
      </div>
    </div>
  );
}

/** The issuers by which one cannot sign in yet. */
function unlinked({ ways, user }: Session): string[] {
  const known = user?.identities.map((one) => one.provider.replace('simulated-', ''));
  return ['google', 'apple'].filter((issuer) => ways?.includes(issuer) && !known?.includes(issuer));
}

function ColorScheme() {
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme() === 'dark';
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size={34}
      aria-label={dark ? 'Switch to light colours' : 'Switch to dark colours'}
      onClick={() => setColorScheme(dark ? 'light' : 'dark')}
    >
      {dark ? <Sun size={17} /> : <Moon size={17} />}
    </ActionIcon>
  );
}
