// What can be found: screens, acts, accounts, days, things by their ids. Each has words by which it is found, and what choosing it does.
import { CalendarDays, CornerDownRight, Link2, PenLine, SunMoon, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Account } from '../api/accounts';
import { nameOf } from '../api/accounts';
import { placesOf } from '../app/places';
import type { Session, Workspace } from '../app/session';
import { longDay } from '../lib/say';
import { day, plus, type Day } from '../lib/time';
import { labelOf, PROVIDERS } from '../ui/Glyph';

export interface Item {
  key: string;
  group: string;
  label: string;
  hint?: string;
  words?: string; // found by these too
  icon?: LucideIcon;
  glyph?: ReactNode;
  provider?: string;
  act: () => void;
}

interface Known {
  workspace: Workspace;
  session: Session;
  accounts: Account[];
  today: Day;
  go: (address: string) => void;
  colours: () => void;
}

export function itemsOf({ workspace, session, accounts, go, colours }: Known): Item[] {
  const to = (address: string) => () => go(`/w/${workspace.slug}/${address}`);
  const { rights } = workspace;
  const acts: Item[] = [
    ...(rights.has('draft') ? [{ key: 'new', group: 'Do', label: 'Write a new post', hint: 'C', icon: PenLine, words: 'compose create', act: to('compose') }] : []),
    { key: 'colours', group: 'Do', label: 'Switch light and dark colours', icon: SunMoon, words: 'theme scheme', act: colours },
    ...(rights.has('connect')
      ? PROVIDERS.filter((one) => one !== 'meta').map((provider) => ({
          key: `connect ${provider}`,
          group: 'Do',
          label: `Connect ${labelOf(provider)}`,
          icon: Link2,
          words: `account ${provider}`,
          act: to(`accounts?connect=${provider}`),
        }))
      : []),
  ];
  const others: Item[] = (session.workspaces ?? [])
    .filter((one) => one.id !== workspace.id)
    .map((one) => ({ key: one.id, group: 'Workspaces', label: one.name, hint: one.mode, icon: CornerDownRight, words: 'workspace switch', act: () => go(`/w/${one.slug}/calendar`) }));
  return [
    ...placesOf(workspace).map(({ to: screen, label, icon, key }) => ({ key: screen, group: 'Go to', label, hint: `G ${key.toUpperCase()}`, icon, act: to(screen) })),
    ...acts,
    ...accounts.map((one) => ({
      key: one.id,
      group: 'Accounts',
      label: nameOf(one),
      hint: labelOf(one.provider),
      provider: one.provider,
      words: `${one.handle} ${labelOf(one.provider)}`,
      act: to(`calendar?account=${one.id}`),
    })),
    ...others,
  ];
}

/** What the words themselves mean: a day, or the id of something. */
export function meant(text: string, { workspace, today, go }: Pick<Known, 'workspace' | 'today' | 'go'>): Item[] {
  const to = (address: string) => () => go(`/w/${workspace.slug}/${address}`);
  const found: Item[] = [];
  const date = dayOf(text, today);
  if (date) found.push({ key: `day ${date}`, group: 'Go to', label: longDay(date), hint: 'in the calendar', icon: CalendarDays, act: to(`calendar?view=day&date=${date}`) });
  const id = text.trim().match(/^(post|run|asset)_[\w-]+$/);
  const screen = { post: 'posts/', run: 'runs/', asset: 'media?asset=' }[id?.[1] ?? ''];
  if (id && screen) found.push({ key: id[0], group: 'Go to', label: id[0], icon: CornerDownRight, act: to(screen + id[0]) });
  return found;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** `24 dec`, `dec 24`, `2026-12-24`, `tomorrow`: the next of that name that has not passed. */
export function dayOf(text: string, today: Day): Day | null {
  const words = text.trim().toLowerCase().replace(/^go to /, '');
  if (words === 'today' || words === 'tomorrow') return words === 'today' ? today : plus(today, 1);
  try {
    if (/^\d{4}-\d{2}-\d{2}$/.test(words)) return day(words).toString();
    const named = words.match(/^(\d{1,2})\.? ([a-z]{3})[a-z]*$/) ?? words.match(/^([a-z]{3})[a-z]* (\d{1,2})$/);
    if (!named) return null;
    const [number, month] = /^\d/.test(named[1]!) ? [named[1]!, named[2]!] : [named[2]!, named[1]!];
    if (!MONTHS.includes(month)) return null;
    const year = day(today).year;
    const at = Temporal.PlainDate.from({ year, month: MONTHS.indexOf(month) + 1, day: Number(number) }, { overflow: 'reject' });
    return (at.toString() < today ? at.with({ year: year + 1 }) : at).toString();
  } catch {
    return null; // there is no such day
  }
}

/** Those that have all the words; whose name begins with them comes first. */
export function matching(items: Item[], text: string): Item[] {
  const words = text.trim().toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return items.filter((one) => one.group === 'Go to' || one.key === 'new');
  const rank = (item: Item) => {
    const label = item.label.toLowerCase();
    const all = `${label} ${item.group} ${item.words ?? ''}`.toLowerCase();
    if (!words.every((word) => all.includes(word))) return null;
    return label.startsWith(words.join(' ')) ? 0 : label.includes(words.join(' ')) ? 1 : 2;
  };
  return items
    .flatMap((item, n) => {
      const found = rank(item);
      return found === null ? [] : [{ item, found, n }];
    })
    .sort((a, b) => a.found - b.found || a.n - b.n)
    .map(({ item }) => item);
}
