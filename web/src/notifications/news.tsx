// What comes to need a person while the page is open is told in its corner, wherever they are. What needed one before is above the calendar.
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { Link } from 'wouter';
import { attentionOf } from '../api/posts';
import { useWorkspace } from '../app/session';
import { counted } from '../lib/say';
import { tell } from '../ui/toasts';
import classes from './news.module.css';

const MOST = 2; // at a time; more are told as one

interface News {
  id: string;
  text: string;
  to: string;
}

export function useNews(): void {
  const { id, slug } = useWorkspace();
  const { data } = useQuery(attentionOf(id));
  const known = useRef<{ workspace: string; ids: Set<string> } | null>(null);
  useEffect(() => {
    if (!data) return;
    // What is told, and in which words, is the server's to say: a mail says the same.
    const now = data.alerts.map(({ id: about, kind, text }): News => ({ id: about, text, to: kind === 'login' ? `/w/${slug}/accounts?account=${about}` : `/w/${slug}/posts/${about}` }));
    const before = known.current?.workspace === id ? known.current.ids : null;
    known.current = { workspace: id, ids: new Set(now.map((one) => one.id)) };
    if (!before) return; // what there was when the page came is in its bar
    const fresh = now.filter((one) => !before.has(one.id));
    if (fresh.length > MOST) say({ id: '', text: `${counted(fresh.length, 'thing needs', 'things need')} you`, to: `/w/${slug}/posts?show=attention` });
    else fresh.forEach(say);
  }, [data, id, slug]);
}

function say({ text, to }: News): void {
  tell(
    <span className={classes.news}>
      {text}
      <Link href={to}>Look</Link>
    </span>,
  );
}
