import { useQuery } from '@tanstack/react-query';
import { CalendarDays, FlaskConical, HeartPulse, KeyRound, ListChecks, Plus, Users, type LucideIcon } from 'lucide-react';
import { Link, useRoute } from 'wouter';
import { attentionOf } from '../api/posts';
import { counted } from '../lib/say';
import classes from './Navigation.module.css';
import { useWorkspace } from './session';
import { UserMenu } from './UserMenu';
import { WorkspaceSwitcher } from './WorkspaceSwitcher';

export function Navigation() {
  const { id, slug, test, rights } = useWorkspace();
  const { data: attention } = useQuery(attentionOf(id));
  const posts = attention ? Object.values(attention.counts as Record<string, number>).reduce((sum, n) => sum + n, 0) : 0;
  const broken = attention?.accounts.length ?? 0;
  return (
    <nav className={classes.bar} aria-label="Main">
      <WorkspaceSwitcher />
      {rights.has('draft') && (
        <Link className={classes.compose} href={`/w/${slug}/compose`} aria-keyshortcuts="c">
          <Plus size={17} aria-hidden />
          <span>New post</span>
          <kbd aria-hidden>C</kbd>
        </Link>
      )}
      <ul className={classes.list}>
        <Entry to="calendar" icon={CalendarDays} label="Calendar" />
        <Entry to="posts" icon={ListChecks} label="Posts" badge={posts} told={`${counted(posts, 'post needs', 'posts need')} you`} />
        <Entry to="accounts" icon={Users} label="Accounts" badge={broken} told={`${counted(broken, 'account')} to connect again`} />
        {rights.has('keys') && <Entry to="keys" icon={KeyRound} label="Keys" wide />}
        {test && <Entry to="sandbox" icon={FlaskConical} label="Sandbox" />}
        <Entry to="health" icon={HeartPulse} label="Health" wide />
      </ul>
      <UserMenu />
    </nav>
  );
}

/** `wide`: where there is room for it only; on a phone it is in the menu of who is signed in. */
function Entry(props: { to: string; icon: LucideIcon; label: string; badge?: number; told?: string; wide?: boolean }) {
  const { slug } = useWorkspace();
  const [active] = useRoute(`/w/${slug}/${props.to}/*?`);
  const Icon = props.icon;
  return (
    <li className={props.wide ? classes.wide : undefined}>
      <Link className={classes.entry} href={`/w/${slug}/${props.to}`} aria-current={active ? 'page' : undefined}>
        <Icon size={17} aria-hidden />
        <span>{props.label}</span>
        {!!props.badge && (
          <span className={classes.badge} title={props.told}>
            {props.badge}
            <span className="visually-hidden"> ({props.told})</span>
          </span>
        )}
      </Link>
    </li>
  );
}
