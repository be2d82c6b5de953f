// Writing a post: to whom, what, when. What is written stays in this browser until it is sent, and closing never asks.
import { Button, CloseButton, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useReducer, useState } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import { accountsOf, capabilitiesOf, nameOf, type Account, type Capability } from '../api/accounts';
import { useNow } from '../app/clock';
import { useWorkspace } from '../app/session';
import { counted as told, moment } from '../lib/say';
import { Glyph } from '../ui/Glyph';
import { Failure } from '../ui/Notice';
import { Page } from '../ui/Page';
import { Tabs } from '../ui/Tabs';
import { refused, tell } from '../ui/toasts';
import { AccountPicker } from './AccountPicker';
import classes from './Composer.module.css';
import { Counter } from './Counter';
import { Files } from './Files';
import { forget, keep, keepAccounts, kept, lastAccounts } from './kept';
import { tellOutcome } from './outcome';
import { Reading } from './Reading';
import { send, useJudged, type How } from './sending';
import { Settings } from './Settings';
import { TextEditor } from './TextEditor';
import { useUploads } from './uploading';
import { When } from './When';
import { begun, changed, COMMON, counted, fits, isEmpty, textFor, tightest, usual } from './writing';

export function Composer() {
  const { id } = useWorkspace();
  const accounts = useQuery(accountsOf(id));
  const able = useQuery(capabilitiesOf(id));
  const error = accounts.error ?? able.error;
  if (error) return <Failure error={error} retry={() => void Promise.all([accounts.refetch(), able.refetch()])} />;
  if (!accounts.data || !able.data) return null;
  const publishable = accounts.data.filter((account) => account.publishable && account.status !== 'disconnected');
  return <Form accounts={publishable} able={new Map(able.data.map((one) => [one.accountId ?? '', one]))} />;
}

function useWriting(accounts: Account[], able: Map<string, Capability>) {
  const { id } = useWorkspace();
  const [params] = useSearchParams();
  const state = useReducer(changed, null, () => {
    const known = (ids: string[]) => ids.filter((one) => accounts.some((account) => account.id === one));
    const found = kept(id);
    const at = params.get('at') ?? found?.at ?? null;
    if (found) return { ...found, accounts: known(found.accounts), at };
    const last = known(lastAccounts(id));
    return begun(last.length ? last : usual(accounts, able), at);
  });
  useEffect(() => keep(id, state[0]), [id, state[0]]);
  return state;
}

function Form({ accounts, able }: { accounts: Account[]; able: Map<string, Capability> }) {
  const { id, slug, zone, test, rights } = useWorkspace();
  const [writing, change] = useWriting(accounts, able);
  const [tab, setTab] = useState(COMMON);
  const [sending, setSending] = useState(false);
  const [, go] = useLocation();
  const cache = useQueryClient();
  const now = useNow();
  const { uploading, add } = useUploads((file) => change({ do: 'attach', file }));
  const chosen = useMemo(() => accounts.filter((one) => writing.accounts.includes(one.id)), [accounts, writing.accounts]);
  const titled = useMemo(() => new Set(chosen.filter((one) => able.get(one.id)?.input?.text.title.supported).map((one) => one.id)), [chosen, able]);
  const { issues } = useJudged(id, writing, zone, titled);
  const shown = tab === COMMON || writing.accounts.includes(tab) ? tab : COMMON;
  const text = shown === COMMON ? writing.text : textFor(writing, shown);
  const tight = tightest(writing, chosen, able, shown);
  const errors = issues.filter((issue) => issue.error);
  const usualHow: How = !rights.has('publish') ? 'draft' : writing.at ? 'later' : 'now';
  const close = () => go(`/w/${slug}/calendar${writing.at ? `?date=${writing.at.slice(0, 10)}` : ''}`);

  const act = async (how: How) => {
    if (sending || uploading.length) return;
    if (!writing.accounts.length) return tell('Choose an account first');
    if (isEmpty(writing)) return tell('Write something first');
    setSending(true);
    try {
      const { run } = await send(writing, how, zone, titled);
      keepAccounts(id, writing.accounts);
      forget(id);
      void cache.invalidateQueries({ queryKey: ['posts', id] });
      const posts = told(writing.accounts.length, 'post');
      tell(how === 'draft' ? `${posts} kept as draft` : how === 'later' ? `${posts} scheduled for ${moment(writing.at!, zone)}` : `${posts} on the way`);
      if (how === 'now' && run) void tellOutcome(run.id, test);
      close();
    } catch (error) {
      setSending(false);
      refused(error, how === 'draft' ? 'It is not kept yet' : 'It is not sent');
    }
  };

  const tabs = [COMMON, ...writing.accounts];
  const pressed = (event: React.KeyboardEvent) => {
    const keys: Record<string, () => void> = {
      'ctrl+Enter': () => void act(usualHow),
      'ctrl+shift+Enter': () => void act('draft'),
      'ctrl+.': () => setTab(tabs[(tabs.indexOf(shown) + 1) % tabs.length]!),
      'ctrl+,': () => setTab(tabs[(tabs.indexOf(shown) - 1 + tabs.length) % tabs.length]!),
      Escape: close,
    };
    const name = `${event.ctrlKey || event.metaKey ? 'ctrl+' : ''}${event.shiftKey ? 'shift+' : ''}${event.key}`;
    if (!keys[name] || event.defaultPrevented) return;
    event.preventDefault();
    keys[name]();
  };

  return (
    <div className={classes.form} onKeyDown={pressed}>
      <Page
        full
        title="New post"
        beside={<span className={classes.saved}>{isEmpty(writing) ? '' : 'Saved in this browser'}</span>}
        actions={<CloseButton aria-label="Close" size="lg" onClick={close} />}
      >
        <div className={classes.columns}>
          <div className={classes.writing}>
            <AccountPicker accounts={accounts} chosen={writing.accounts} toggle={(account) => change({ do: 'toggle', account })} />
            <div
              onDragOver={(event) => event.preventDefault()}
              onDrop={(event) => {
                event.preventDefault();
                add(event.dataTransfer.files);
              }}
              onPaste={(event) => event.clipboardData.files.length && add(event.clipboardData.files)}
            >
              <Tabs
                label="Texts"
                chosen={shown}
                choose={setTab}
                tabs={[
                  [COMMON, 'Everyone'],
                  ...chosen.map((one): [string, React.ReactNode] => [one.id, <Tab key={one.id} account={one} count={counted(writing, one.id, able.get(one.id))} own={writing.own[one.id] !== undefined} />]),
                ]}
              >
                {shown !== COMMON && writing.own[shown] !== undefined && (
                  <p className={classes.only}>
                    Only this account gets this text.{' '}
                    <button type="button" onClick={() => change({ do: 'share', account: shown })}>
                      Back to the common text
                    </button>
                  </p>
                )}
                <div className={classes.box}>
                  {titled.size > 0 && (
                    <TextInput className={classes.title} aria-label="Title" placeholder="Title, where there is one" value={writing.title} onChange={(event) => change({ do: 'title', title: event.currentTarget.value })} />
                  )}
                  <TextEditor
                    label={shown === COMMON ? 'Text for everyone' : 'Text for this account'}
                    focusKey={shown}
                    value={text}
                    fits={tight ? fits(text, tight.count) : text.length}
                    change={(next) => change({ do: 'write', tab: shown, text: next })}
                  />
                  <Files files={writing.files} uploading={uploading} add={add} change={change} />
                  <div className={classes.below}>{tight && <Counter count={tight.count} whose={chosen.length > 1 ? `${nameOf(tight.account)} is the tightest` : undefined} />}</div>
                </div>
              </Tabs>
            </div>
            {chosen.map((one) => {
              const fields = able.get(one.id)?.publishSettings?.fields ?? [];
              const asks = fields.some((field) => field.required && field.default == null);
              return fields.length ? (
                <Settings key={one.id} account={one} fields={fields} values={writing.settings[one.id] ?? {}} open={asks} change={(field, value) => change({ do: 'set', account: one.id, field, value })} />
              ) : null;
            })}
          </div>
          <Reading writing={writing} accounts={chosen} able={able} issues={issues} show={setTab} />
        </div>
        <footer className={classes.footer}>
          <When at={writing.at} now={now} zone={zone} change={(at) => change({ do: 'when', at })} />
          <div className={classes.send}>
            {errors.length > 0 && <span className={classes.mend}>{told(errors.length, 'thing')} to mend first</span>}
            <Button variant="default" disabled={sending} onClick={() => void act('draft')}>
              Keep as draft
            </Button>
            {rights.has('publish') && (
              <Button loading={sending} onClick={() => void act(usualHow)} rightSection={<kbd className={classes.key}>Ctrl ↵</kbd>}>
                {usualHow === 'later' ? `Schedule ${told(chosen.length, 'post')}` : `Publish ${told(chosen.length, 'post')} now`}
              </Button>
            )}
          </div>
        </footer>
      </Page>
    </div>
  );
}

function Tab({ account, count, own }: { account: Account; count: { length: number; most: number | null }; own: boolean }) {
  return (
    <>
      <Glyph provider={account.provider} /> {nameOf(account)}
      {own && (
        <span className={classes.dot}>
          <span className="visually-hidden"> has a text of its own</span>
        </span>
      )}
      <small className="numbers">{count.most === null ? count.length : `${count.length}/${count.most}`}</small>
    </>
  );
}
