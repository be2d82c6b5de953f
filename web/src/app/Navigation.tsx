import { useQuery } from '@tanstack/react-query';
import { Plus, Search } from 'lucide-react';
import { Link, useRoute } from 'wouter';
import { attentionOf } from '../api/posts';
import { counted } from '../lib/say';
import classes from './Navigation.module.css';
import { openPalette } from './opening';
import { placesOf, type Place } from './places';
import { useWorkspace } from './session';
import { UserMenu } from './UserMenu';
import { WorkspaceSwitcher } from './WorkspaceSwitcher';

export function Navigation() {
  const workspace = useWorkspace();
  const { id, slug, rights } = workspace;
  const { data: attention } = useQuery(attentionOf(id));
  const posts = attention ? Object.values(attention.counts as Record<string, number>).reduce((sum, n) => sum + n, 0) : 0;
  const broken = attention?.accounts.length ?? 0;
  const marks: Record<string, Mark> = {
    posts: { badge: posts, told: `${counted(posts, 'post needs', 'posts need')} you` },
    accounts: { badge: broken, told: `${counted(broken, 'account')} to connect again` },
  };
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
      <button type="button" className={classes.search} onClick={openPalette} aria-keyshortcuts="Control+k">
        <Search size={16} aria-hidden />
        <span>Search or jump to</span>
        <kbd aria-hidden>Ctrl K</kbd>
      </button>
      <ul className={classes.list}>
        {placesOf(workspace).map((place) => (
          <Entry key={place.to} place={place} {...marks[place.to]} />
        ))}
      </ul>
      <UserMenu />
    </nav>
  );
}

interface Mark {
  badge?: number;
  told?: string;
}

function Entry({ place, badge, told }: Mark & { place: Place }) {
  const { slug } = useWorkspace();
  const [active] = useRoute(`/w/${slug}/${place.to}/*?`);
  const Icon = place.icon;
  return (
    <li className={place.phone ? undefined : classes.wide} data-begins={place.begins}>
      <Link className={classes.entry} href={`/w/${slug}/${place.to}`} aria-current={active ? 'page' : undefined}>
        <Icon size={17} aria-hidden />
        <span>{place.label}</span>
        {!!badge && (
          <span className={classes.badge} title={told}>
            {badge}
            <span className="visually-hidden"> ({told})</span>
          </span>
        )}
      </Link>
    </li>
  );
}
