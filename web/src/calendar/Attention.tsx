// What needs a person, above the calendar: posts in one line, and each account that has to be connected again, with what waits for it.
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { attentionOf, type Post } from '../api/posts';
import { LoggedOut } from '../app/LoggedOut';
import { useWorkspace } from '../app/session';
import { useNarrow } from '../lib/narrow';
import { counted, listed } from '../lib/say';
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
  const narrow = useNarrow();
  if (!data) return null;
  const told = new Set(data.accounts.length <= MOST_ACCOUNTS ? ['waitingForAccount'] : []); // where the accounts say it themselves
  const counts = data.counts as Record<string, number>;
  const kinds = KINDS.filter(([kind]) => counts[kind] && !told.has(kind));
  const total = kinds.reduce((sum, [kind]) => sum + counts[kind]!, 0);
  const posts = kinds.flatMap(([kind]) => (data.posts as Record<string, Post[]>)[kind] ?? []);
  if (!total && !data.accounts.length) return null;
  // Of one post the bar leads to its verdict at once.
  const to = total === 1 && posts[0] ? `/w/${slug}/posts/${posts[0].id}` : `/w/${slug}/posts?show=attention`;
  const logins = data.accounts.length;
  if (narrow && total && logins) {
    // One line: the days are what a phone has room for. The list has both.
    return (
      <div className={classes.bar}>
        <Notice
          tone={counts.unresolved ? 'unknown' : 'warn'}
          action={
            <Link className={classes.link} href={`/w/${slug}/posts?show=attention`}>
              Look
            </Link>
          }
        >
          <strong>{listed([counted(total, 'post'), counted(logins, 'login')])} need you.</strong>
        </Notice>
      </div>
    );
  }
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
