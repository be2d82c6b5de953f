// Oneself: by what one signs in, where one is signed in, copies of what is known, and how to leave.
import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Laptop, Smartphone } from 'lucide-react';
import { useState } from 'react';
import { answered, client, type Schemas } from '../api/client';
import { leave } from '../app/leave';
import { useSigned } from '../app/session';
import { SettingsPage } from '../app/SettingsPage';
import { HOME, ROOT } from '../lib/address';
import { ago, capital, moment } from '../lib/say';
import { Dialog } from '../ui/Dialog';
import { Facts } from '../ui/Facts';
import { Failure, Notice } from '../ui/Notice';
import { refused, tell } from '../ui/toasts';
import { deviceOf } from './device';
import { AlertsByMail } from './AlertsByMail';
import { OwnExports } from './Exports';
import { Section } from './Section';
import classes from './Settings.module.css';

export function Me() {
  const { session, workspace } = useSigned();
  const { user } = session;
  return (
    <SettingsPage at="settings/me" title="You">
      <Section title="Who you are">
        <Facts
          facts={[
            ['Name', user?.name ?? 'not told'],
            ['Address', user?.email ? `${user.email}${user.emailVerified ? '' : ', not proven'}` : 'not told'],
            ['Role here', capital(workspace.role)],
            ['Here since', user ? moment(user.createdAt, workspace.zone) : '—'],
          ]}
        />
      </Section>
      <AlertsByMail />
      <Identities />
      <Devices />
      <OwnExports />
      <Leaving />
    </SettingsPage>
  );
}

const NAMES: Record<string, string> = { local: 'A link that the server prints', email: 'A link by mail', google: 'Google', apple: 'Apple' };
const issuerOf = (provider: string) => NAMES[provider.replace('simulated-', '')] ?? capital(provider);

function Identities() {
  const { session, workspace } = useSigned();
  const cache = useQueryClient();
  const queryKey = ['workspace', workspace.id, 'identities'];
  const { data, error, refetch } = useQuery({ queryKey, queryFn: async ({ signal }) => (await answered(client.GET('/v1/dashboard/identities', { signal }))).identities });
  const unlink = useMutation({
    mutationFn: (id: string) => answered(client.DELETE('/v1/dashboard/identities/{identityId}', { params: { path: { identityId: id } } })),
    onSuccess: () => location.assign(HOME),
    onError: (problem) => refused(problem, 'You can still sign in with it'),
    onSettled: () => cache.invalidateQueries({ queryKey }),
  });
  const known = new Set(data?.map((one) => one.provider.replace('simulated-', '')));
  const others = ['google', 'apple'].filter((issuer) => session.ways?.includes(issuer) && !known.has(issuer));
  const fresh = session.session?.fresh;
  return (
    <Section title="What you sign in with" about="To add or take away one, you must have signed in within the last 15 minutes.">
      {error && <Failure error={error} retry={() => void refetch()} />}
      <ul className={classes.list}>
        {data?.map((one) => (
          <li key={one.id} className={classes.row}>
            <div className={classes.name}>
              <strong>{issuerOf(one.provider)}</strong>
              <span>
                {one.email ? `${one.email}, ` : ''}since {moment(one.linkedAt, workspace.zone)}
              </span>
            </div>
            {one.removable && (
              <Button size="compact-sm" variant="default" disabled={!fresh} loading={unlink.isPending} onClick={() => unlink.mutate(one.id)}>
                Unlink
              </Button>
            )}
          </li>
        ))}
      </ul>
      {fresh && others.length > 0 && (
        <div className={classes.row}>
          {others.map((issuer) => (
            <Button key={issuer} component="a" variant="default" href={`${ROOT}/auth/${issuer}/start?link=true`}>
              Link {capital(issuer)}
            </Button>
          ))}
        </div>
      )}
    </Section>
  );
}

function Devices() {
  const { workspace } = useSigned();
  const cache = useQueryClient();
  const now = Date.now(); // people live in the time of the world, whatever the workspace's clock says
  const queryKey = ['workspace', workspace.id, 'sessions'];
  const { data, error, refetch } = useQuery({ queryKey, queryFn: async ({ signal }) => (await answered(client.GET('/v1/dashboard/sessions', { signal }))).sessions });
  const end = useMutation({
    mutationFn: (id: string) => answered(client.DELETE('/v1/dashboard/sessions/{sessionId}', { params: { path: { sessionId: id } } })),
    onSuccess: () => tell('That device is signed out'),
    onError: (problem) => refused(problem, 'It is still signed in'),
    onSettled: () => cache.invalidateQueries({ queryKey }),
  });
  return (
    <Section title="Where you are signed in">
      {error && <Failure error={error} retry={() => void refetch()} />}
      <ul className={classes.list}>
        {data?.map((one) => (
          <Device key={one.id} device={one} now={now} end={() => end.mutate(one.id)} />
        ))}
      </ul>
      <Button className={classes.start} variant="default" onClick={() => leave('/auth/sign-out-everywhere')}>
        Sign out everywhere
      </Button>
    </Section>
  );
}

function Device({ device, now, end }: { device: Schemas['Device']; now: number; end: () => void }) {
  const Icon = device.kind === 'mobile' ? Smartphone : Laptop;
  return (
    <li className={classes.row}>
      <Icon size={18} aria-hidden />
      <div className={classes.name}>
        <strong>{deviceOf(device.agent)}</strong>
        <span>{device.current ? 'this one' : `used ${ago(device.seenAt, now)}`}</span>
      </div>
      {!device.current && (
        <Button size="compact-sm" variant="default" onClick={end}>
          Sign out there
        </Button>
      )}
    </li>
  );
}

function Leaving() {
  const { session } = useSigned();
  const [asking, setAsking] = useState(false);
  const { mutate, error, isPending } = useMutation({
    mutationFn: () => answered(client.DELETE('/v1/dashboard/me')),
    onSuccess: () => location.assign(HOME),
  });
  return (
    <Section title="Delete yourself" about="What is known of you is deleted for good. A workspace whose only owner you are has to be given to somebody, or deleted, first.">
      <Button className={classes.start} color="red" variant="light" onClick={() => setAsking(true)}>
        Delete me…
      </Button>
      {asking && (
        <Dialog title="Delete yourself?" close={() => setAsking(false)}>
          {!session.session?.fresh && <Notice tone="warn">This takes a sign-in of the last 15 minutes: sign out and in again first.</Notice>}
          <p>It cannot be taken back. Posts that you made stay with their workspaces.</p>
          {error && <Failure error={error} />}
          <Button color="red" loading={isPending} onClick={() => mutate()}>
            Delete me for good
          </Button>
        </Dialog>
      )}
    </Section>
  );
}
