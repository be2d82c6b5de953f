// What is being written: one text for all, others for some, what follows it, to whom and when. Pure; it is what a draft holds.
import type { Account, Capability } from '../api/accounts';
import { lengthOf } from '../lib/count';

export interface Writing {
  accounts: string[];
  text: string;
  own: Record<string, string>; // texts of single accounts
  title: string;
  settings: Record<string, Record<string, unknown>>; // by account
  files: Attached[];
  replies: Reply[]; // what follows it, by the accounts that can reply
  fitted: string[]; // accounts for which files are changed where the network would not take them
  labels: string[]; // of all its posts
  at: When;
}

/** Now (null), at an instant, or at the next time of the week that is free. */
export type When = string | null;
export const NEXT = 'next';

export interface Reply {
  key: string;
  text: string;
  files: Attached[];
  minutes: number; // after what it follows
}

export interface Attached {
  id: string;
  url: string | null; // null while it is on its way
  name: string;
  kind: string;
  preview: string | null;
  alt: string;
  size?: number;
  digest?: string; // by which the file is known again, while it is on its way
  width?: number | null;
  height?: number | null;
  duration?: number | null;
  without?: string[]; // accounts that do not get it
}

export const COMMON = 'all';
export const POST = 'post'; // the part that is no reply

export const begun = (accounts: string[] = [], at: When = null): Writing => ({
  accounts,
  text: '',
  own: {},
  title: '',
  settings: {},
  files: [],
  replies: [],
  fitted: [],
  labels: [],
  at,
});

/** What a draft holds, whichever version of this page has written it. */
export const read = (content: unknown): Writing => ({ ...begun(), ...(typeof content === 'object' && content ? (content as Partial<Writing>) : {}) });

const sorted = (value: unknown): unknown =>
  value && typeof value === 'object' && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value;

/** Whether two say the same, in whatever order their fields have come. */
export const same = (one: unknown, other: unknown) => JSON.stringify(one, (_, value: unknown) => sorted(value)) === JSON.stringify(other, (_, value: unknown) => sorted(value));

export const isEmpty = (one: Writing) =>
  !one.text && !one.title && !one.files.length && !Object.keys(one.own).length && !one.replies.some((reply) => reply.text || reply.files.length);

export type Change =
  | { do: 'be'; writing: Writing }
  | { do: 'toggle'; account: string }
  | { do: 'keep'; accounts: string[] } // of those that are chosen, only these
  | { do: 'write'; tab: string; text: string }
  | { do: 'share'; account: string } // back to the common text
  | { do: 'set'; account: string; field: string; value: unknown }
  | { do: 'title'; title: string }
  | { do: 'label'; labels: string[] }
  | { do: 'when'; at: When }
  | { do: 'fit'; account: string; on: boolean }
  | { do: 'attach'; part: string; file: Attached }
  | { do: 'arrive'; id: string; file: Partial<Attached> }
  | { do: 'describe'; id: string; alt: string }
  | { do: 'withhold'; id: string; account: string }
  | { do: 'swap'; id: string; file: Attached } // another file in its place
  | { do: 'detach'; id: string }
  | { do: 'follow' } // one more reply
  | { do: 'reply'; key: string; reply: Partial<Reply> }
  | { do: 'unfollow'; key: string };

const toggled = (all: string[], one: string) => (all.includes(one) ? all.filter((other) => other !== one) : [...all, one]);

export function changed(one: Writing, change: Change): Writing {
  switch (change.do) {
    case 'be':
      return change.writing;
    case 'toggle':
      return { ...one, accounts: toggled(one.accounts, change.account) };
    case 'keep':
      return { ...one, accounts: one.accounts.filter((id) => change.accounts.includes(id)) };
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
    case 'label':
      return { ...one, labels: change.labels };
    case 'when':
      return { ...one, at: change.at };
    case 'fit':
      return { ...one, fitted: change.on ? [...new Set([...one.fitted, change.account])] : one.fitted.filter((id) => id !== change.account) };
    case 'follow':
      return { ...one, replies: [...one.replies, { key: crypto.randomUUID(), text: '', files: [], minutes: 0 }] };
    case 'reply':
      return { ...one, replies: one.replies.map((reply) => (reply.key === change.key ? { ...reply, ...change.reply } : reply)) };
    case 'unfollow':
      return { ...one, replies: one.replies.filter((reply) => reply.key !== change.key) };
    default:
      return withFiles(one, change);
  }
}

type OfFiles = Extract<Change, { do: 'attach' | 'arrive' | 'describe' | 'withhold' | 'swap' | 'detach' }>;

function withFiles(one: Writing, change: OfFiles): Writing {
  const next = (files: Attached[], part: string): Attached[] => {
    if (change.do === 'attach') return change.part === part ? [...files, change.file] : files;
    if (change.do === 'detach') return files.filter((file) => file.id !== change.id);
    return files.map((file) => (file.id === change.id ? { ...file, ...said(file, change) } : file));
  };
  return { ...one, files: next(one.files, POST), replies: one.replies.map((reply) => ({ ...reply, files: next(reply.files, reply.key) })) };
}

function said(file: Attached, change: Exclude<OfFiles, { do: 'attach' | 'detach' }>): Partial<Attached> {
  if (change.do === 'swap') return { ...change.file, alt: file.alt || change.file.alt };
  if (change.do === 'arrive') return { ...change.file, alt: file.alt || change.file.alt || '' };
  return change.do === 'describe' ? { alt: change.alt } : { without: toggled(file.without ?? [], change.account) };
}

export const textFor = (one: Writing, account: string) => one.own[account] ?? one.text;
export const filesFor = (files: Attached[], account: string) => files.filter((file) => !file.without?.includes(account));
export const filesOf = (one: Writing) => [one.files, ...one.replies.map((reply) => reply.files)].flat();

/** Whether what follows a post is published there too. */
export const canReply = (able: Capability | undefined) => able?.workflow?.supportedInteractionTypes.includes('reply') ?? false;

export interface Counted {
  length: number;
  most: number | null;
  unit: string;
}

/** How long a text is on an account, as that network counts. */
export function countedText(text: string, withFiles: boolean, able: Capability | undefined): Counted {
  const limits = able?.input?.text;
  const most = withFiles ? (limits?.maxCaptionLength ?? limits?.maxLength ?? null) : (limits?.maxLength ?? null);
  const unit = limits?.unit ?? 'characters';
  return { length: lengthOf(text, unit), most, unit };
}

export const counted = (one: Writing, account: string, able: Capability | undefined) =>
  countedText(textFor(one, account), filesFor(one.files, account).length > 0, able);

export const left = ({ length, most }: Counted) => (most === null ? Infinity : most - length);

export interface Tightest {
  account: Account;
  count: Counted;
}

const least = (all: Tightest[]) => all.filter(({ count }) => count.most !== null).sort((a, b) => left(a.count) - left(b.count))[0] ?? null;

/** The account with the least room left, among those that take this text. */
export function tightest(one: Writing, accounts: Account[], able: Map<string, Capability>, tab: string): Tightest | null {
  const concerned = accounts.filter((account) => (tab === COMMON ? one.own[account.id] === undefined : account.id === tab));
  return least(concerned.map((account) => ({ account, count: counted(one, account.id, able.get(account.id)) })));
}

export function tightestReply(reply: Reply, accounts: Account[], able: Map<string, Capability>): Tightest | null {
  const replying = accounts.filter((account) => canReply(able.get(account.id)));
  return least(replying.map((account) => ({ account, count: countedText(reply.text, reply.files.length > 0, able.get(account.id)) })));
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
