// Which address shows which screen. Each is loaded when somebody goes there first.
import { lazy, Suspense } from 'react';
import { Redirect, Route, Switch, useLocation, useParams } from 'wouter';
import { Empty } from '../ui/Notice';
import { Page } from '../ui/Page';
import { useWorkspace } from './session';

const Calendar = lazy(() => import('../calendar/Calendar').then((m) => ({ default: m.Calendar })));
const Composer = lazy(() => import('../compose/Composer').then((m) => ({ default: m.Composer })));
const Drafts = lazy(() => import('../compose/Drafts').then((m) => ({ default: m.Drafts })));
const Posts = lazy(() => import('../posts/Posts').then((m) => ({ default: m.Posts })));
const PostPage = lazy(() => import('../posts/PostPage').then((m) => ({ default: m.PostPage })));
const Runs = lazy(() => import('../runs/Runs').then((m) => ({ default: m.Runs })));
const RunPage = lazy(() => import('../runs/RunPage').then((m) => ({ default: m.RunPage })));
const Media = lazy(() => import('../media/Media').then((m) => ({ default: m.Media })));
const Analytics = lazy(() => import('../analytics/Analytics').then((m) => ({ default: m.Analytics })));
const Accounts = lazy(() => import('../accounts/Accounts').then((m) => ({ default: m.Accounts })));
const Team = lazy(() => import('../team/Team').then((m) => ({ default: m.Team })));
const WorkspaceSettings = lazy(() => import('../settings/WorkspaceSettings').then((m) => ({ default: m.WorkspaceSettings })));
const Slots = lazy(() => import('../settings/Slots').then((m) => ({ default: m.Slots })));
const Me = lazy(() => import('../settings/Me').then((m) => ({ default: m.Me })));
const Usage = lazy(() => import('../usage/Usage').then((m) => ({ default: m.Usage })));
const Keys = lazy(() => import('../developers/Keys').then((m) => ({ default: m.Keys })));
const Webhooks = lazy(() => import('../webhooks/Webhooks').then((m) => ({ default: m.Webhooks })));
const EndpointPage = lazy(() => import('../webhooks/EndpointPage').then((m) => ({ default: m.EndpointPage })));
const Sandbox = lazy(() => import('../sandbox/Sandbox').then((m) => ({ default: m.Sandbox })));
const Health = lazy(() => import('../health/Health').then((m) => ({ default: m.Health })));

export function Screens() {
  const { slug, test } = useWorkspace();
  const base = `/w/${slug}`;
  return (
    <Suspense fallback={null}>
      <Switch>
        <Route path={base}>
          <Redirect to={`${base}/calendar`} replace />
        </Route>
        <Route path={`${base}/calendar`} component={Calendar} />
        <Route path={`${base}/compose/:draft?`} component={Composer} />
        <Route path={`${base}/drafts`} component={Drafts} />
        <Route path={`${base}/posts`} component={Posts} />
        <Route path={`${base}/posts/:id`}>
          <OnePost />
        </Route>
        <Route path={`${base}/runs`} component={Runs} />
        <Route path={`${base}/runs/:id`}>
          <OneRun />
        </Route>
        <Route path={`${base}/media`} component={Media} />
        <Route path={`${base}/analytics`} component={Analytics} />
        <Route path={`${base}/accounts`} component={Accounts} />
        <Route path={`${base}/keys`} component={Keys} />
        <Route path={`${base}/webhooks`} component={Webhooks} />
        <Route path={`${base}/webhooks/:id`}>
          <OneEndpoint />
        </Route>
        {test && <Route path={`${base}/sandbox/:network?`} component={Sandbox} />}
        <Route path={`${base}/health`} component={Health} />
        <Route path={`${base}/settings`} component={WorkspaceSettings} />
        <Route path={`${base}/settings/slots`} component={Slots} />
        <Route path={`${base}/settings/team`} component={Team} />
        <Route path={`${base}/settings/usage`} component={Usage} />
        <Route path={`${base}/settings/me`} component={Me} />
        <Route>
          <NotHere />
        </Route>
      </Switch>
    </Suspense>
  );
}

function OnePost() {
  const { id } = useParams<{ id: string }>();
  return <PostPage key={id} id={id} />;
}

function OneRun() {
  const { id } = useParams<{ id: string }>();
  return <RunPage key={id} id={id} />;
}

function OneEndpoint() {
  const { id } = useParams<{ id: string }>();
  return <EndpointPage key={id} id={id} />;
}

function NotHere() {
  const [address] = useLocation();
  const { test } = useWorkspace();
  const why = address.includes('/sandbox') && !test ? 'The sandbox belongs to test workspaces; this is a live one.' : 'Nothing is at this address.';
  return (
    <Page title="Not found">
      <Empty title="There is no such page">{why}</Empty>
    </Page>
  );
}
