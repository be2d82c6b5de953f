// Which address shows which screen. Each is loaded when somebody goes there first.
import { lazy, Suspense } from 'react';
import { Redirect, Route, Switch, useLocation, useParams } from 'wouter';
import { Empty } from '../ui/Notice';
import { Page } from '../ui/Page';
import { useWorkspace } from './session';

const Calendar = lazy(() => import('../calendar/Calendar').then((m) => ({ default: m.Calendar })));
const Composer = lazy(() => import('../compose/Composer').then((m) => ({ default: m.Composer })));
const Posts = lazy(() => import('../posts/Posts').then((m) => ({ default: m.Posts })));
const PostPage = lazy(() => import('../posts/PostPage').then((m) => ({ default: m.PostPage })));
const Accounts = lazy(() => import('../accounts/Accounts').then((m) => ({ default: m.Accounts })));
const Keys = lazy(() => import('../developers/Keys').then((m) => ({ default: m.Keys })));
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
        <Route path={`${base}/compose`} component={Composer} />
        <Route path={`${base}/posts`} component={Posts} />
        <Route path={`${base}/posts/:id`}>
          <OnePost />
        </Route>
        <Route path={`${base}/accounts`} component={Accounts} />
        <Route path={`${base}/keys`} component={Keys} />
        {test && <Route path={`${base}/sandbox/:network?`} component={Sandbox} />}
        <Route path={`${base}/health`} component={Health} />
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
