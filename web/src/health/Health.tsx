// Whether everything works: one sentence, and below it what it is made of.
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Check, TriangleAlert } from 'lucide-react';
import { answered, client, type Schemas } from '../api/client';
import { serverOf, type Server } from '../api/health';
import { useWorkspace } from '../app/session';
import { ago, counted } from '../lib/say';
import { Failure, Notice } from '../ui/Notice';
import { Page } from '../ui/Page';
import classes from './Health.module.css';

const AGAIN_MS = 15_000;
const GB = 1e9;

export function Health() {
  const { id } = useWorkspace();
  const server = useQuery({ ...serverOf, refetchInterval: AGAIN_MS });
  const workspace = useQuery({
    queryKey: ['posts', id, 'health'],
    queryFn: ({ signal }) => answered(client.GET('/v1/workspace/health', { signal })),
  });
  const again = () => void Promise.all([server.refetch(), workspace.refetch()]);
  const error = server.error ?? workspace.error;
  const rows = server.data && workspace.data ? found(server.data, workspace.data) : null;
  const wrong = rows?.filter((row) => !row.ok) ?? [];
  return (
    <Page
      title="Health"
      actions={
        <Button variant="default" loading={server.isFetching} onClick={again}>
          Check again
        </Button>
      }
    >
      {error && <Failure error={error} retry={again} />}
      {rows && (
        <>
          <Notice tone={wrong.length ? 'bad' : 'info'}>
            <strong>{wrong.length ? `${counted(wrong.length, 'thing')} to look at` : 'All is well'}</strong>
          </Notice>
          <ul className={classes.list}>
            {rows.map((row) => (
              <li key={row.what} data-ok={row.ok}>
                {row.ok ? <Check size={17} aria-label="good" /> : <TriangleAlert size={17} aria-label="to look at" />}
                <strong>{row.what}</strong>
                <span>{row.how}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </Page>
  );
}

interface Row {
  what: string;
  ok: boolean;
  how: string;
}

function found(server: Server, { health }: Schemas['WorkspaceHealthResponse']): Row[] {
  const now = Date.parse(server.now);
  const { worker, db, assetStorage: storage, mail } = server;
  const late = worker?.overduePosts ?? 0;
  const heard = worker?.lastHeartbeat ? `heard ${ago(worker.lastHeartbeat, now)}` : 'never heard';
  const failing = health.failingAccounts;
  return [
    { what: 'Worker', ok: worker?.alive === true && !worker.trouble && !worker.heldSince, how: worker?.trouble ?? (worker?.heldSince ? 'Everything is held back by the operator' : heard) },
    { what: 'On time', ok: late === 0, how: late ? `${counted(late, 'post is', 'posts are')} overdue` : 'Nothing is overdue' },
    { what: 'Accounts', ok: failing === 0, how: failing ? `${counted(failing, 'account')} to connect again` : `${counted(health.connectedAccounts, 'account')} connected` },
    { what: 'Database', ok: db?.ok === true, how: db?.error ?? (db?.kind === 'postgresql' ? 'PostgreSQL' : 'SQLite') },
    { what: 'Files', ok: storage?.ok === true, how: storage?.error ?? `${storage?.driver ?? ''}, ${((storage?.freeBytes ?? 0) / GB).toFixed(1)} GB free` },
    { what: 'Mail', ok: !mail?.configured || mail.ok, how: mail?.configured ? `${counted(mail.waiting, 'mail')} waiting` : 'Not set up: links to sign in are printed by the server' },
    { what: 'Version', ok: true, how: server.version ?? '' },
  ];
}
