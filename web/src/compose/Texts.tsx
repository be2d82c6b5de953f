// What a post says: one text for everyone, and a tab for each account that is to have another. The tab's dot says that it has one.
import { TextInput } from '@mantine/core';
import { Images, MessageSquarePlus, Undo2 } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import type { Account } from '../api/accounts';
import { Glyph } from '../ui/Glyph';
import { Tabs } from '../ui/Tabs';
import { attach, kept } from './attaching';
import { Counter } from './Counter';
import { Files } from './Files';
import type { KnownAccounts } from './Composer';
import { called, short } from './names';
import type { Issue } from './schedule';
import { TextEditor } from './TextEditor';
import classes from './Texts.module.css';
import { COMMON, counted, fits, POST, textFor, tightest, type Change, type Writing } from './writing';

const Library = lazy(() => import('./Library').then((m) => ({ default: m.Library })));

interface Props {
  writing: Writing;
  accounts: Account[];
  able: KnownAccounts['able'];
  issues: Issue[];
  tab: string;
  setTab: (tab: string) => void;
  change: (change: Change) => void;
  replies?: boolean; // whether it can be followed by some
}

export function Texts({ writing, accounts, able, issues, tab, setTab, change, replies = true }: Props) {
  const [library, setLibrary] = useState(false);
  const only = accounts.find((one) => one.id === tab);
  const text = only ? textFor(writing, tab) : writing.text;
  const tight = tightest(writing, accounts, able, tab);
  const titled = (only ? [only] : accounts).filter((one) => able.get(one.id)?.input?.text.title.supported);
  const own = only && writing.own[tab] !== undefined;
  const here = issues.filter((issue) => issue.part === POST && (!only || issue.account === tab));
  const wrong = here.find((issue) => issue.field === 'name' && issue.error)?.message;
  const add = (files: Iterable<File>) => void attach(files, POST, change);
  const box = (
    <>
      <div className={classes.box} {...droppable(add)}>
        {own && (
          <p className={classes.only}>
            Only {called(only, accounts)} gets this text.
            <button type="button" onClick={() => change({ do: 'share', account: tab })}>
              <Undo2 size={14} aria-hidden /> Back to the common text
            </button>
          </p>
        )}
        {titled.length > 0 && (
          <TextInput
            className={classes.title}
            variant="unstyled"
            aria-label="Title"
            data-place="name"
            placeholder={`Title${titled.length < accounts.length ? `, for ${titled.map((one) => called(one, accounts)).join(', ')}` : ''}`}
            value={writing.title}
            error={wrong}
            onChange={(event) => change({ do: 'title', title: event.currentTarget.value })}
          />
        )}
        <TextEditor
          label={only ? 'Text for this account' : 'Text for everyone'}
          place={POST}
          focusKey={tab}
          value={text}
          fits={tight ? fits(text, tight.count) : text.length}
          change={(next) => change({ do: 'write', tab, text: next })}
        />
        <Files files={writing.files} add={add} change={change} only={accounts.length > 1 ? only : undefined} name={only && called(only, accounts)} issues={here} most={longestAlt(accounts, able)} accounts={only ? [only] : accounts} />
        <div className={classes.below}>
          <button type="button" className={classes.tool} onClick={() => setLibrary(true)}>
            <Images size={16} aria-hidden /> Library
          </button>
          {replies && (
            <button type="button" className={classes.tool} onClick={() => change({ do: 'follow' })}>
              <MessageSquarePlus size={16} aria-hidden /> Add a reply
            </button>
          )}
          <span className={classes.gap} />
          {tight && <Counter count={tight.count} whose={accounts.length > 1 ? `${called(tight.account, accounts)} is the tightest` : undefined} />}
        </div>
      </div>
      {library && (
        <Suspense>
          <Library
            close={() => setLibrary(false)}
            choose={(asset) => {
              change({ do: 'attach', part: POST, file: kept(asset) });
              setLibrary(false);
            }}
          />
        </Suspense>
      )}
    </>
  );
  if (!replies) return box;
  return (
    <Tabs
      label="Texts"
      chosen={tab}
      choose={setTab}
      tabs={[
        [COMMON, 'Everyone'],
        ...accounts.map((one): [string, React.ReactNode] => [
          one.id,
          <TabName key={one.id} account={one} name={short(one, accounts)} count={counted(writing, one.id, able.get(one.id))} own={writing.own[one.id] !== undefined} />,
        ]),
      ]}
    >
      {box}
    </Tabs>
  );
}

/** As long as the strictest of the networks takes. */
export function longestAlt(accounts: Account[], able: KnownAccounts['able']): number | null {
  const all = accounts.map((one) => able.get(one.id)?.input?.media.maxAltTextLength).filter((most) => most != null);
  return all.length ? Math.min(...all) : null;
}

export const droppable = (add: (files: Iterable<File>) => void) => ({
  onDragOver: (event: React.DragEvent) => event.preventDefault(),
  onDrop: (event: React.DragEvent) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    add([...event.dataTransfer.files]);
  },
  onPaste: (event: React.ClipboardEvent) => {
    if (!event.clipboardData.files.length) return;
    event.preventDefault();
    add([...event.clipboardData.files]);
  },
});

function TabName({ account, name, count, own }: { account: Account; name: string; count: { length: number; most: number | null }; own: boolean }) {
  const over = count.most !== null && count.length > count.most;
  return (
    <>
      <Glyph provider={account.provider} /> <span className={classes.tabName}>{name}</span>
      {own && (
        <span className={classes.dot}>
          <span className="visually-hidden"> has a text of its own</span>
        </span>
      )}
      <small className={classes.count} data-over={over || undefined}>
        {count.most === null ? count.length : `${count.length}/${count.most}`}
      </small>
    </>
  );
}
