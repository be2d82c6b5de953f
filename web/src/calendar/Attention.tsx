// What needs a person, above the calendar: posts in one line, and each account that has to be connected again, with what waits for it.
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { nameOf, workOf, type Account } from '../api/accounts';
import { attentionOf, type Post } from '../api/posts';
import { useReconnect } from '../app/reconnecting';
import { useWorkspace } from '../app/session';
import { counted } from '../lib/say';
import { labelOf } from '../ui/Glyph';
import { Notice } from '../ui/Notice';
import classes from './Attention.module.css';

const KINDS: [string, (n: number) => string][] = [
  ['unresolved', (n) => `${n} may or may not be live`],
  ['refused', (n) => (n === 1 ? '1 was refused' : `${n} were refused`)],
  ['waitingForAccount', (n) => (n === 1 ? '1 waits for its account' : `${n} wait for their account`)],
  ['held', (n) => (n === 1 ? '1 is held back' : `${n} are held back`)],
  ['overdue', (n) => (n === 1 ? '1 is overdue' : `${n} are overdue`)],
];
const MOST_ACCOUNTS = 2;

export function Attention() {
  const { id, slug } = useWorkspace();
  const { data } = useQuery(attentionOf(id));
  if (!data) return null;
  const told = new Set(data.accounts.length <= MOST_ACCOUNTS ? ['waitingForAccount'] : []); // where the accounts say it themselves
  const counts = data.counts as Record<string, number>;
  const kinds = KINDS.filter(([kind]) => counts[kind] && !told.has(kind));
  const total = kinds.reduce((sum, [kind]) => sum + counts[kind]!, 0);
  const posts = kinds.flatMap(([kind]) => (data.posts as Record<string, Post[]>)[kind] ?? []);
  if (!total && !data.accounts.length) return null;
  // Of one post the bar leads to its verdict at once.
  const to = total === 1 && posts[0] ? `/w/${slug}/posts/${posts[0].id}` : `/w/${slug}/posts?show=attention`;
  return (
    <div className={classes.bar}>
      {total > 0 && (
        <Notice
          tone={counts.unresolved ? 'unknown' : 'warn'}
          action={
            <Link className={classes.link} href={to}>
              {total === 1 ? 'Look at it' : 'Look at them'}
            </Link>
          }
        >
          <strong>{counted(total, 'post needs', 'posts need')} you.</strong> {kinds.map(([kind, words]) => words(counts[kind]!)).join('. ')}.
        </Notice>
      )}
      {data.accounts.length <= MOST_ACCOUNTS ? (
        data.accounts.map((one) => <LoggedOut key={one.id} account={one} />)
      ) : (
        <Notice
          tone="warn"
          action={
            <Link className={classes.link} href={`/w/${slug}/accounts?broken`}>
              Reconnect them
            </Link>
          }
        >
          <strong>{counted(data.accounts.length, 'login has', 'logins have')} ended.</strong> What was to go out there waits.
        </Notice>
      )}
    </div>
  );
}

function LoggedOut({ account }: { account: Account }) {
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
