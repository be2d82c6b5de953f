// An account whose login has ended, with what waits for it, and the way to connect it again.
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { nameOf, workOf, type Account } from '../api/accounts';
import { counted } from '../lib/say';
import { labelOf } from '../ui/Glyph';
import { Notice } from '../ui/Notice';
import { useReconnect } from './reconnecting';
import { useWorkspace } from './session';

export function LoggedOut({ account }: { account: Account }) {
  const { id, rights } = useWorkspace();
  const { data } = useQuery(workOf(id));
  const { busy, start } = useReconnect(account);
  const waiting = data?.get(account.id)?.waiting ?? 0;
  return (
    <Notice
      tone="warn"
      action={
        rights.has('connect') && (
          <Button size="compact-sm" loading={busy} onClick={start}>
            Reconnect
          </Button>
        )
      }
    >
      <strong>
        The login of {nameOf(account)} at {labelOf(account.provider)} has ended.
      </strong>{' '}
      {waiting ? `${counted(waiting, 'post waits', 'posts wait')} for it.` : 'No post waits for it yet.'}
    </Notice>
  );
}
