// The composer itself: whom it goes to, what it says, what it will look like, and when.
import { CloseButton } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useReducer, useState } from 'react';
import { useLocation } from 'wouter';
import type { Account, Capability } from '../api/accounts';
import { Problem } from '../api/client';
import { useNow } from '../app/clock';
import { useWorkspace } from '../app/session';
import { counted as told, moment } from '../lib/say';
import { Page } from '../ui/Page';
import { refused, tell } from '../ui/toasts';
import { AccountPicker } from './AccountPicker';
import { useArrivals } from './attaching';
import { useChords } from './chords';
import type { KnownAccounts } from './Composer';
import { Conflict } from './Conflict';
import { Footer } from './Footer';
import classes from './Form.module.css';
import { focusOn, Issues, showIssue } from './Issues';
import { forget, keep, keepAccounts } from './kept';
import { Labelled } from './Labelled';
import { Look } from './Look';
import { short } from './names';
import { tellOutcome } from './outcome';
import { SavedState } from './SavedState';
import { newDraft, useSaving, type Opened } from './saving';
import { scheduleOf, type How, type Issue } from './schedule';
import { refusals, send, useJudged } from './sending';
import { asked, NONE, Settings, UNSET } from './Settings';
import { freeSlotsOf } from './slots';
import { Texts } from './Texts';
import { Thread } from './Thread';
import { Unfinished } from './Unfinished';
import { changed, COMMON, filesOf, isEmpty, NEXT, POST, type Writing } from './writing';

const DOES: Record<How, string> = { draft: 'keeps drafts', later: 'schedules this', now: 'publishes this' };
const FEW = 3;

/** With many accounts, the settings that somebody has to see; the others are in the tabs of their accounts. */
const concerns = (account: Account, able: Capability | undefined, writing: Writing) =>
  writing.settings[account.id] !== undefined || able?.publishSettings?.fields.some(asked);

/** Of a post whose files are on their way: what is wrong without them too. */
const stands = (issue: Issue) => !issue.field.startsWith('assets') && !issue.code.endsWith('_required');

export function Form({ id, opened, accounts, able }: KnownAccounts & { id: string; opened: Opened }) {
  const workspace = useWorkspace();
  const { slug, zone, rights } = workspace;
  const [writing, change] = useReducer(changed, opened.writing);
  const { saving, settle, end } = useSaving(workspace.id, id, opened, writing);
  const [tab, setTab] = useState(COMMON);
  const [sending, setSending] = useState(false);
  const [armed, arm] = useState<How | null>(null); // what is done as soon as the files have arrived
  const [refusal, setRefusal] = useState<Issue[]>([]);
  const [, go] = useLocation();
  const cache = useQueryClient();
  const now = useNow();
  useArrivals(writing, change);
  useEffect(() => setRefusal([]), [writing]);

  const chosen = useMemo(() => accounts.filter((one) => writing.accounts.includes(one.id)), [accounts, writing.accounts]);
  const { data: free, isPending } = useQuery(freeSlotsOf(workspace.id, writing.accounts));
  const at = writing.at === NEXT ? (free?.[0]?.atUtc ?? null) : writing.at;
  const waiting = filesOf(writing).filter((file) => file.url === null).length;
  const usualHow: How = !rights.has('publish') ? 'draft' : writing.at ? 'later' : 'now';
  const made = useMemo(() => scheduleOf(writing, at, usualHow, { zone, able, now }), [writing, at, usualHow, zone, able, now]);
  const judged = useJudged(workspace.id, made.schedule, made.places, !isEmpty(writing));
  const issues = useMemo(() => (refusal.length ? refusal : waiting ? judged.issues.filter(stands) : judged.issues), [refusal, waiting, judged.issues]);
  const errors = issues.filter((issue) => issue.error);
  const shown = tab === COMMON || writing.accounts.includes(tab) ? tab : COMMON;

  const leave = () => go(`/w/${slug}/calendar${at ? `?date=${at.slice(0, 10)}` : ''}`);
  const close = () => {
    if (isEmpty(writing)) void end();
    leave();
  };
  const show = (issue: Issue) => {
    setTab(issue.account && chosen.length > 1 ? issue.account : shown);
    showIssue(issue, writing);
  };

  const act = async (how: How): Promise<void> => {
    if (sending) return;
    if (!writing.accounts.length) return tell('Choose an account first');
    if (isEmpty(writing)) return tell('Write something first');
    if (waiting) return arm(how);
    if (how === 'later' && !at) return tell(isPending ? 'The free slots are not known yet' : 'These accounts have no slot in common that is free: choose a time');
    if (errors.length && !judged.judging && how !== 'draft') return show(errors[0]!);
    setSending(true);
    const { schedule, places } = scheduleOf(writing, how === 'now' ? null : at, how, { zone, able, now });
    try {
      const { run } = await send(schedule, id);
      keepAccounts(workspace.id, writing.accounts);
      await end();
      void cache.invalidateQueries({ queryKey: ['posts', workspace.id] });
      void cache.invalidateQueries({ queryKey: ['drafts', workspace.id] });
      const posts = told(places.length, 'post');
      tell(how === 'draft' ? `${posts} kept as draft` : how === 'later' ? `${posts} scheduled for ${moment(at!, zone)}` : `${posts} on the way`);
      if (how === 'now' && run) void tellOutcome(run.id, workspace.test);
      leave();
    } catch (error) {
      setSending(false);
      if (error instanceof Problem && error.status === 422) setRefusal(refusals(error, places));
      refused(error, how === 'draft' ? 'It is not kept yet' : 'It is not sent');
    }
  };

  useEffect(() => {
    if (!armed || waiting) return;
    arm(null);
    void act(armed);
  });

  const anew = () => {
    const next = newDraft();
    keep(workspace.id, next, { writing, revision: 0, dirty: true });
    forget(workspace.id, id);
    go(`/w/${slug}/compose/${next}`, { replace: true });
  };

  const tabs = [COMMON, ...writing.accounts];
  const turn = (step: number) => setTab(tabs[(tabs.indexOf(shown) + step + tabs.length) % tabs.length]!);
  useChords({
    'ctrl+Enter': () => void act(usualHow),
    'ctrl+shift+Enter': () => void act('draft'),
    'ctrl+.': () => turn(1),
    'ctrl+,': () => turn(-1),
    Escape: close,
  });

  return (
    <div className={classes.form}>
      <Page full title="New post" beside={<SavedState saving={saving} />} actions={<CloseButton aria-label="Close" size="lg" onClick={close} />}>
        <div className={classes.columns}>
          <div className={classes.writing}>
            {saving.state === 'changed' && (
              <Conflict
                mine={writing}
                theirs={saving.other.writing}
                accounts={accounts}
                zone={zone}
                what="draft"
                keepMine={() => {
                  settle(saving.other, 'mine');
                  requestAnimationFrame(() => focusOn(POST));
                }}
                takeTheirs={() => {
                  change({ do: 'be', writing: saving.other.writing! });
                  settle(saving.other, 'theirs');
                  requestAnimationFrame(() => focusOn(POST));
                }}
                anew={anew}
              />
            )}
            <AccountPicker accounts={accounts} chosen={writing.accounts} change={change} />
            <Texts writing={writing} accounts={chosen} able={able} issues={issues} tab={shown} setTab={setTab} change={change} />
            <Thread writing={writing} accounts={chosen} able={able} issues={issues} change={change} />
            <Labelled labels={writing.labels} change={change} />
            <Unfinished id={id} shown={isEmpty(writing)} />
            {chosen
              .filter((one) => shown === one.id || (shown === COMMON && (chosen.length <= FEW || concerns(one, able.get(one.id), writing))))
              .map((one) => (
                <Settings
                  key={one.id}
                  account={one}
                  name={short(one, chosen)}
                  fields={able.get(one.id)?.publishSettings?.fields ?? NONE}
                  values={writing.settings[one.id] ?? UNSET}
                  issues={issues}
                  change={change}
                />
              ))}
            <Issues issues={issues} accounts={accounts} writing={writing} show={show} change={change} />
          </div>
          <Look writing={writing} accounts={chosen} able={able} request={{ method: 'POST', path: '/v1/posts/apply', body: { ...made.schedule, idempotencyKey: id }, does: DOES[usualHow] }} />
        </div>
        <Footer
          workspace={workspace.id}
          writing={writing}
          now={now}
          zone={zone}
          posts={made.places.length}
          mend={errors.length}
          waiting={armed ? waiting : 0}
          sending={sending}
          how={usualHow}
          issues={issues}
          change={change}
          act={(how) => void act(how)}
          disarm={() => arm(null)}
        />
      </Page>
    </div>
  );
}
