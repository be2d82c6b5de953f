// Somebody comes back from a network's consent page: to where they were, and is told what came of it.
import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { Redirect, useLocation, useSearchParams } from 'wouter';
import { nameOf } from '../api/accounts';
import { answered, client } from '../api/client';
import { useQueryOf } from './query';
import { counted, listed } from '../lib/say';
import { Dialog } from '../ui/Dialog';
import { Glyph, labelOf } from '../ui/Glyph';
import { Notice } from '../ui/Notice';
import { tell } from '../ui/toasts';
import { wayBack } from './connecting';
import classes from './Returned.module.css';
import { useWorkspace } from './session';

/** At the address to which the server sends back: on to where one was, with the connection in the query. */
export function Connected() {
  const [params] = useSearchParams();
  const way = wayBack();
  const id = params.get('connectionId');
  if (!way || !id) return <Redirect to="/" replace />;
  const [path, query] = way.address.split('?');
  const made = new URLSearchParams(query);
  made.delete('connect');
  made.set('connected', id);
  if (way.again) made.set('again', '');
  return <Redirect to={`${path}?${made}`} replace />;
}

export function Returned() {
  const { id: workspace, slug } = useWorkspace();
  const cache = useQueryClient();
  const [, go] = useLocation();
  const [params, change] = useQueryOf();
  const id = params.get('connected');
  const again = params.has('again');
  const { data } = useQuery({
    queryKey: ['connections', workspace, id],
    queryFn: ({ signal }) => answered(client.GET('/v1/dashboard/connections/{connectionId}', { params: { path: { connectionId: id! } }, signal })),
    enabled: id !== null,
  });
  const connection = data?.connection;
  const accounts = data?.accounts ?? [];
  const quietly = again && connection?.status === 'connected';
  const close = () => change({ connected: null, again: null });
  useEffect(() => {
    if (!connection) return;
    void cache.invalidateQueries();
    if (!quietly) return;
    tell(`${listed(accounts.map(nameOf))} ${accounts.length === 1 ? 'is' : 'are'} connected again: what waited goes out`);
    close();
    // once, when it is known what came of it
  }, [connection?.id]);
  if (!connection || quietly) return null;
  const network = labelOf(connection.provider);
  if (connection.status !== 'connected') {
    return (
      <Dialog title={`${network} was not connected`} close={close}>
        <Notice tone="bad">{connection.error ?? 'Nobody has consented.'}</Notice>
        <Button onClick={() => go(`/w/${slug}/accounts?connect=${connection.provider}`)}>Try again</Button>
      </Dialog>
    );
  }
  return (
    <Dialog title={`${network} is connected`} close={close}>
      <p>{accounts.length === 1 ? 'Posts can go here now:' : `${counted(accounts.length, 'place')} were found, and posts can go to each:`}</p>
      <ul className={classes.list}>
        {accounts.map((one) => (
          <li key={one.id}>
            <Glyph provider={one.provider} size={24} named />
            <span>
              <strong>{nameOf(one)}</strong>
              <small>{one.publishable ? (one.accountType ?? '').replaceAll('_', ' ') : 'known, but nothing can be published to it'}</small>
            </span>
          </li>
        ))}
      </ul>
      <div className={classes.acts}>
        <Button onClick={() => go(`/w/${slug}/compose`)}>Write a first post</Button>
        <Button variant="default" onClick={close}>
          Done
        </Button>
      </div>
    </Dialog>
  );
}
