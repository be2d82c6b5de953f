// All that is wrong, the errors first, each with the way to its place; and what nobody is forced to mend but should know.
import { TriangleAlert } from 'lucide-react';
import type { Account } from '../api/accounts';
import { counted } from '../lib/say';
import { Glyph } from '../ui/Glyph';
import { OfferToFit, WhatIsChanged } from './Fitting';
import classes from './Issues.module.css';
import { short } from './names';
import type { Issue } from './schedule';
import { filesFor, filesOf, POST, type Attached, type Change, type Writing } from './writing';

interface Props {
  issues: Issue[];
  accounts: Account[];
  writing: Writing;
  show: (issue: Issue) => void;
  change: (change: Change) => void;
}

export function Issues({ issues, accounts, writing, show, change }: Props) {
  const mute = filesOf(writing).filter((file) => file.kind === 'image' && file.url && !file.alt);
  const fitted = accounts.filter((one) => writing.fitted.includes(one.id) && writing.accounts.includes(one.id));
  if (!issues.length && !mute.length && !fitted.length) return null;
  const chosen = accounts.filter((one) => writing.accounts.includes(one.id));
  const ordered = [...issues].sort((a, b) => Number(b.error) - Number(a.error));
  return (
    <ul className={classes.list} aria-label="What to mend">
      {ordered.map((issue) => (
        <li key={`${issue.account}${issue.part}${issue.field}${issue.code}`} data-error={issue.error || undefined}>
          <TriangleAlert size={15} aria-hidden />
          <Whose account={accounts.find((one) => one.id === issue.account)} among={chosen} />
          <span className={classes.words}>{issue.message}</span>
          <Offer issue={issue} writing={writing} change={change} />
          <button type="button" onClick={() => show(issue)}>
            Show
          </button>
        </li>
      ))}
      {fitted.map((one) => (
        <li key={one.id} data-fine>
          <Whose account={one} among={chosen} />
          <span className={classes.words}>
            Files are changed as far as this network needs it.
            <WhatIsChanged writing={writing} account={one.id} />
          </span>
          <button type="button" onClick={() => change({ do: 'fit', account: one.id, on: false })}>
            Leave them
          </button>
        </li>
      ))}
      {mute.length > 0 && (
        <li>
          <TriangleAlert size={15} aria-hidden />
          <span className={classes.words}>{counted(mute.length, 'picture has', 'pictures have')} no description for people who cannot see it</span>
          <button type="button" onClick={() => focusOn(`alt-${mute[0]!.id}`)}>
            Show
          </button>
        </li>
      )}
    </ul>
  );
}

function Offer({ issue, writing, change }: { issue: Issue; writing: Writing; change: (change: Change) => void }) {
  const account = issue.account;
  const file = fileOf(issue, writing);
  if (!account || !file?.id.startsWith('asset_') || !file.url || !issue.error || issue.part !== POST || writing.fitted.includes(account)) return null;
  return <OfferToFit file={file} account={account} fit={() => change({ do: 'fit', account, on: true })} />;
}

/** The file that an issue is about: they are numbered as the account gets them. */
function fileOf(issue: Issue, writing: Writing): Attached | undefined {
  const number = Number(issue.field.match(/^assets\[(\d+)\]/)?.[1] ?? (issue.field === 'assets' ? 0 : -1));
  const files = writing.replies.find((one) => one.key === issue.part)?.files ?? filesFor(writing.files, issue.account ?? '');
  return files.filter((file) => file.url)[number];
}

function Whose({ account, among }: { account?: Account; among: Account[] }) {
  if (!account) return null;
  return (
    <>
      <Glyph provider={account.provider} size={18} />
      <strong className={classes.whose}>{short(account, among)}</strong>
    </>
  );
}

/** Leads to the field that an issue is about: the next frame has it, once its tab is shown. */
export function showIssue(issue: Issue, writing: Writing): void {
  const [field = '', more] = issue.field.split('.');
  const file = fileOf(issue, writing);
  const place = file ? `alt-${file.id}` : field === 'settings' ? `${issue.account}-${more}` : field === 'publish_at' ? 'when' : field === 'name' ? 'name' : issue.part;
  requestAnimationFrame(() => focusOn(place) || focusOn(POST));
}

export function focusOn(place: string): boolean {
  const found = document.querySelector<HTMLElement>(`[data-place="${CSS.escape(place)}"]`);
  found?.closest('details')?.setAttribute('open', '');
  found?.focus();
  found?.scrollIntoView({ block: 'center' });
  return !!found;
}
