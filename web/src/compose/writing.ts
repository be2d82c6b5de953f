// What is being written: one text for all, others for some, to whom and when. Pure, and kept in the browser until it is sent.
import type { Account, Capability } from '../api/accounts';
import { lengthOf } from '../lib/count';

export interface Writing {
  key: string; // the idempotency key: made when it was begun, so that sending it twice makes one run
  accounts: string[];
  text: string;
  own: Record<string, string>; // by account
  title: string;
  settings: Record<string, Record<string, unknown>>; // by account
  files: File_[];
  at: string | null; // null: now
}

export interface File_ {
  id: string;
  url: string;
  name: string;
  preview: string | null;
  alt: string;
  kind: string;
}

export const COMMON = 'all';

export const begun = (accounts: string[] = [], at: string | null = null): Writing => ({
  key: crypto.randomUUID(),
  accounts,
  text: '',
  own: {},
  title: '',
  settings: {},
  files: [],
  at,
});

export const isEmpty = (one: Writing) => !one.text && !one.files.length && !Object.keys(one.own).length;

export type Change =
  | { do: 'toggle'; account: string }
  | { do: 'write'; tab: string; text: string }
  | { do: 'share'; account: string } // back to the common text
  | { do: 'set'; account: string; field: string; value: unknown }
  | { do: 'title'; title: string }
  | { do: 'when'; at: string | null }
  | { do: 'attach'; file: File_ }
  | { do: 'describe'; id: string; alt: string }
  | { do: 'detach'; id: string };

export function changed(one: Writing, change: Change): Writing {
  switch (change.do) {
    case 'toggle': {
      const has = one.accounts.includes(change.account);
      return { ...one, accounts: has ? one.accounts.filter((id) => id !== change.account) : [...one.accounts, change.account] };
    }
    case 'write':
      return change.tab === COMMON ? { ...one, text: change.text } : { ...one, own: { ...one.own, [change.tab]: change.text } };
    case 'share':
      return { ...one, own: Object.fromEntries(Object.entries(one.own).filter(([id]) => id !== change.account)) };
    case 'set': {
      const before = Object.entries(one.settings[change.account] ?? {}).filter(([id]) => id !== change.field);
      const now = change.value === undefined || change.value === '' ? before : [...before, [change.field, change.value]];
      return { ...one, settings: { ...one.settings, [change.account]: Object.fromEntries(now) } };
    }
    case 'title':
      return { ...one, title: change.title };
    case 'when':
      return { ...one, at: change.at };
    case 'attach':
      return { ...one, files: [...one.files, change.file] };
    case 'describe':
      return { ...one, files: one.files.map((file) => (file.id === change.id ? { ...file, alt: change.alt } : file)) };
    case 'detach':
      return { ...one, files: one.files.filter((file) => file.id !== change.id) };
  }
}

export const textFor = (one: Writing, account: string) => one.own[account] ?? one.text;

export interface Counted {
  length: number;
  most: number | null;
  unit: string;
}

/** How long the text is on an account, as that network counts. */
export function counted(one: Writing, account: string, able: Capability | undefined): Counted {
  const limits = able?.input?.text;
  const most = one.files.length ? (limits?.maxCaptionLength ?? limits?.maxLength ?? null) : (limits?.maxLength ?? null);
  const unit = limits?.unit ?? 'characters';
  return { length: lengthOf(textFor(one, account), unit), most, unit };
}

export const left = ({ length, most }: Counted) => (most === null ? Infinity : most - length);

/** The account with the least room left, among those that take this text. */
export function tightest(one: Writing, accounts: Account[], able: Map<string, Capability>, tab: string): { account: Account; count: Counted } | null {
  const concerned = accounts.filter((account) => (tab === COMMON ? one.own[account.id] === undefined : account.id === tab));
  const all = concerned.map((account) => ({ account, count: counted(one, account.id, able.get(account.id)) }));
  return all.filter(({ count }) => count.most !== null).sort((a, b) => left(a.count) - left(b.count))[0] ?? null;
}

/** How much of a text fits: where what is too much begins. */
export function fits(text: string, { most, unit }: Counted): number {
  if (most === null || lengthOf(text, unit) <= most) return text.length;
  let [low, high] = [0, text.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (lengthOf(text.slice(0, middle), unit) <= most) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Where a post goes first: an account that takes a text as it is, without a file and without settings that only a person can choose. */
export function usual(accounts: Account[], able: Map<string, Capability>): string[] {
  const simple = accounts.find((account) => {
    const found = able.get(account.id);
    const asks = found?.publishSettings?.fields.some((field) => field.required && field.default == null);
    return found?.publishable && found.input?.text.supported && !found.input.media.required && !found.input.text.title.required && !asks;
  });
  return simple ? [simple.id] : [];
}
