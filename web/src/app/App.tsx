// The frame of everything: theme, cache, addresses, and who is signed in.
import { Button, MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { Redirect, Route, Router, Switch, useLocation, useParams } from 'wouter';
import { HOME } from '../lib/address';
import { Empty, Failure } from '../ui/Notice';
import { Page } from '../ui/Page';
import classes from './App.module.css';
import { cache } from './cache';
import { leave } from './leave';
import { Connected } from './Returned';
import { sessionOf, Signed, workspaceOf, type Session } from './session';
import { Screens } from './Screens';
import { Shell } from './Shell';
import { theme } from './theme';

export function App() {
  return (
    // The theme's variables and classes are in a file: written by a script they would break the content security policy.
    <MantineProvider theme={theme} defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false} withStaticClasses>
      <QueryClientProvider client={cache}>
        <Router base={HOME}>
          <Notifications position="bottom-right" limit={4} />
          <Switch>
            <Route path="/w/:workspace/*?">
              <InWorkspace />
            </Route>
            <Route path="/billing">
              <ToLastWorkspace at="settings/usage" />
            </Route>
            <Route path="/connected">
              <Connected />
            </Route>
            <Route>
              <ToLastWorkspace />
            </Route>
          </Switch>
        </Router>
      </QueryClientProvider>
    </MantineProvider>
  );
}

function ToLastWorkspace({ at = 'calendar' }: { at?: string }) {
  const { data, error, refetch } = useQuery(sessionOf(undefined));
  if (error) return <Failure error={error} retry={() => void refetch()} />;
  if (!data) return null;
  if (!data.authenticated) return <SignedOut />;
  const workspace = workspaceOf(data);
  return workspace ? <Redirect to={`/w/${workspace.slug}/${at}${location.search}`} replace /> : <NoWorkspace session={data} />;
}

function InWorkspace() {
  const { workspace: named } = useParams<{ workspace: string }>();
  const { data, error, refetch } = useQuery(sessionOf(named));
  const signed = useMemo(() => {
    const workspace = data && workspaceOf(data);
    return workspace ? { session: data, workspace } : null;
  }, [data]);
  const [address] = useLocation();
  if (signed && named && data?.authenticated && named !== signed.workspace.slug) {
    return <Redirect to={address.replace(`/w/${named}`, `/w/${signed.workspace.slug}`) + location.search} replace />; // it was named by its id
  }
  if (signed && data?.authenticated) {
    return (
      <Signed value={signed}>
        <Shell>
          <Screens />
        </Shell>
      </Signed>
    );
  }
  if (error) return <Failure error={error} retry={() => void refetch()} />;
  if (!data) return null;
  return data.authenticated ? <NoWorkspace session={data} /> : <SignedOut />;
}

function SignedOut() {
  return (
    <Empty title="You are signed out" action={<Button onClick={() => location.assign(HOME)}>Sign in</Button>}>
      What you had written is kept in this browser.
    </Empty>
  );
}

/** Somebody who is a member of nothing, or not of what the address names. */
function NoWorkspace({ session }: { session: Session }) {
  const name = session.user?.name ?? session.user?.email ?? 'you';
  const others = session.workspaces?.length;
  const action = (
    <div className={classes.buttons}>
      {!!others && <Button onClick={() => location.assign(HOME)}>Go to yours</Button>}
      <Button variant="default" onClick={() => leave('/auth/sign-out')}>
        Sign out
      </Button>
      <Button variant="default" onClick={() => leave('/auth/sign-out-everywhere')}>
        Sign out everywhere
      </Button>
    </div>
  );
  return (
    <main>
      <Page title={others ? 'There is no such workspace among yours' : 'You are in no workspace yet'}>
        <Empty title={`Signed in as ${name}`} action={action}>
          Ask an admin of the workspace for an invitation.
        </Empty>
      </Page>
    </main>
  );
}
