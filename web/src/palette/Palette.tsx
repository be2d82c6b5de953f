// Ctrl K: type what you want to see or do. Screens, acts, accounts and days are found at once; posts and runs as the server finds them.
import { Modal, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Layers, Search } from 'lucide-react';
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { useLocation } from 'wouter';
import { accountsOf } from '../api/accounts';
import { answered, client } from '../api/client';
import type { Post } from '../api/posts';
import { runsOf } from '../api/runs';
import { useNow } from '../app/clock';
import { useSigned } from '../app/session';
import { moment } from '../lib/say';
import { wall } from '../lib/time';
import { Glyph } from '../ui/Glyph';
import { LOOKS, lookOf } from '../ui/status';
import { itemsOf, matching, meant, type Item } from './items';
import classes from './Palette.module.css';

const MOST = 6; // of a group
const LEAST = 2; // characters that posts are sought by

export function Palette({ close }: { close: () => void }) {
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const items = useFound(text);
  const chosen = Math.min(at, items.length - 1);
  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  const act = (item: Item | undefined) => {
    if (!item) return;
    close();
    item.act();
  };
  const pressed = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && items.length) {
      event.preventDefault();
      setAt((chosen + step + items.length) % items.length);
    } else if (event.key === 'Enter' && !event.nativeEvent.isComposing) {
      event.preventDefault();
      act(items[chosen]);
    }
  };
  const groups = [...new Set(items.map((item) => item.group))];
  return (
    <Modal opened onClose={close} withCloseButton={false} lockScroll={false} padding={0} size={600} yOffset="12vh" title={undefined} aria-label="Search, or go somewhere" transitionProps={{ duration: 0 }}>
      <div className={classes.field}>
        <Search size={17} aria-hidden />
        <input
          data-autofocus
          role="combobox"
          aria-expanded
          aria-controls="palette"
          aria-activedescendant={items[chosen] && `palette-${chosen}`}
          aria-label="Search, or go somewhere"
          placeholder="A screen, an account, a post, a day…"
          autoComplete="off"
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
            setAt(0);
          }}
          onKeyDown={pressed}
        />
        <kbd aria-hidden>Esc</kbd>
      </div>
      <div ref={list} id="palette" role="listbox" aria-label="What was found" className={classes.list} tabIndex={-1}>
        {groups.map((group) => (
          <div key={group} role="group" aria-label={group}>
            <div className={classes.group} aria-hidden>
              {group}
            </div>
            {items.map((item, n) =>
              item.group === group ? (
                <div key={item.key} id={`palette-${n}`} role="option" aria-selected={n === chosen} className={classes.item} onPointerMove={() => setAt(n)} onClick={() => act(item)}>
                  {item.provider ? <Glyph provider={item.provider} size={17} /> : item.icon ? <item.icon size={17} aria-hidden /> : null}
                  <span className={classes.label}>{item.label}</span>
                  {item.hint && <span className={classes.hint}>{item.hint}</span>}
                </div>
              ) : null,
            )}
          </div>
        ))}
      </div>
      {!items.length && (
        <p className={classes.none} role="status">
          Nothing is found by these words.
        </p>
      )}
    </Modal>
  );
}

function useFound(text: string): Item[] {
  const { session, workspace } = useSigned();
  const [, go] = useLocation();
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme() === 'dark';
  const now = useNow();
  const [words] = useDebouncedValue(text.trim(), 200);
  const { data: accounts } = useQuery(accountsOf(workspace.id));
  const sought = words.length >= LEAST;
  const posts = useQuery({
    queryKey: ['posts', workspace.id, 'sought', words],
    queryFn: async ({ signal }) => (await answered(client.GET('/v1/dashboard/posts', { params: { query: { q: words, view: 'card', limit: MOST } }, signal }))).posts,
    enabled: sought,
  });
  const runs = useInfiniteQuery({ ...runsOf(workspace.id, null), enabled: sought });
  const today = wall(now, workspace.zone).toPlainDate().toString();
  const items = useMemo(
    () => itemsOf({ workspace, session, accounts: accounts ?? [], today, go, colours: () => setColorScheme(dark ? 'light' : 'dark') }),
    [workspace, session, accounts, today, go, dark, setColorScheme],
  );
  const to = (address: string) => () => go(`/w/${workspace.slug}/${address}`);
  const post = (one: Post): Item => ({
    key: one.id,
    group: 'Posts',
    label: one.text || 'No text',
    hint: `${LOOKS[lookOf(one)].word}${one.publishAtUtc ? `, ${moment(one.publishAtUtc, workspace.zone)}` : ''}`,
    provider: one.provider,
    act: to(`posts/${one.id}`),
  });
  const known = matching(items, text);
  const found = [...meant(text, { workspace, today, go }), ...known];
  if (!sought) return limited(found);
  const those = (runs.data?.pages[0]?.runs ?? []).filter((run) => run.text.toLowerCase().includes(words.toLowerCase()));
  const listed = those.map((run): Item => ({ key: run.id, group: 'Runs', label: run.text || 'No text', hint: run.createdAt ? moment(run.createdAt, workspace.zone) : undefined, icon: Layers, act: to(`runs/${run.id}`) }));
  return limited([...found, ...(posts.data ?? []).map(post), ...listed]);
}

/** The groups in the order of their first, and of each the first few; where nothing is sought yet, all places. */
function limited(items: Item[]): Item[] {
  const groups = [...new Set(items.map((item) => item.group))];
  return groups.flatMap((group) => items.filter((item) => item.group === group).slice(0, group === 'Go to' ? 12 : MOST));
}
