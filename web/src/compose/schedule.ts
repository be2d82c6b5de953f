// What is written as the schedule that the API takes: the very same is judged while one types, sent, and shown to be run elsewhere.
import type { Capability } from '../api/accounts';
import type { Schemas } from '../api/client';
import { words } from '../lib/say';
import { canReply, filesFor, POST, textFor, type Attached, type Writing } from './writing';

export type How = 'now' | 'later' | 'draft';
export type Schedule = Schemas['ScheduleEnvelope'];

/** Whose post one of a schedule is, and which: the post itself or a reply. */
export interface Place {
  account: string;
  part: string;
}

export interface Known {
  zone: string;
  able: Map<string, Capability>;
  now: number;
}

export const assetsOf = (files: Attached[]) =>
  files
    .filter((file): file is Attached & { url: string } => file.url !== null)
    .map((file) => ({ ...(file.id === file.url ? {} : { id: file.id, managed: true }), url: file.url, originalFilename: file.name, ...(file.alt ? { altText: file.alt } : {}) }));

const attached = (files: Attached[]) => {
  const found = assetsOf(files);
  return found.length ? { assets: found } : {};
};

const labelled = ({ labels }: Writing) => (labels.length ? { labels } : {});

/** `at`: the instant at which it is to go out; null: now. `places` says of each post of the schedule whose it is. */
export function scheduleOf(one: Writing, at: string | null, how: How, known: Known): { schedule: Schedule; places: Place[] } {
  const posts: object[] = [];
  const places: Place[] = [];
  for (const account of one.accounts) {
    const able = known.able.get(account);
    posts.push({
      account,
      ...(one.title && able?.input?.text.title.supported ? { name: one.title } : {}), // elsewhere it would be put before the text
      description: textFor(one, account),
      ...(at ? { publish_at: at } : {}),
      ...attached(filesFor(one.files, account)),
      ...(one.fitted.includes(account) ? { media_policy: 'fit' } : {}),
      ...labelled(one),
      ...(Object.keys(one.settings[account] ?? {}).length ? { settings: one.settings[account] } : {}),
    });
    places.push({ account, part: POST });
    if (canReply(able)) follow(one, account, at, known.now, posts, places);
  }
  return { schedule: { timezone: known.zone, ...(how === 'draft' ? { mode: 'draft' as const } : {}), posts: posts as Schemas['PostInput'][] }, places };
}

function follow(one: Writing, account: string, at: string | null, now: number, posts: object[], places: Place[]): void {
  let minutes = 0;
  for (const reply of one.replies) {
    minutes += reply.minutes;
    const due = at || minutes ? { publish_at: new Date((at ? Date.parse(at) : now) + minutes * 60_000).toISOString() } : {};
    posts.push({ account, description: reply.text, interaction_type: 'reply', reply_to_step_id: `post_${posts.length}`, ...due, ...attached(reply.files), ...labelled(one) });
    places.push({ account, part: reply.key });
  }
}

export interface Issue {
  account: string | null;
  part: string;
  field: string; // description, assets[0].altText, settings.privacyLevel …
  code: string;
  message: string;
  error: boolean;
}

/** Where in what is written an issue of a schedule is. */
export function placed(issue: Schemas['Issue'], places: Place[], error: boolean): Issue {
  const found = issue.path.match(/^posts\[(\d+)\]\.?(.*)$/);
  const place = found && places[Number(found[1])];
  const { code, message } = issue;
  return { account: place ? place.account : null, part: place ? place.part : POST, field: found?.[2] ?? issue.path, code, message: plain(message, issue.path), error };
}

const WORDS: [RegExp, string][] = [
  [/^publish_at/, 'The time'],
  [/^description/, 'The text'],
  [/^name/, 'The title'],
  [/^assets\[\d+\]\.altText/, 'The description of the file'],
  [/^assets/, 'The file'],
  [/^account/, 'The account'],
];

/** People see the place; the way to it through the document is for programs. */
function plain(message: string, path: string): string {
  const field = path.replace(/^posts\[\d+\]\.?/, '');
  const word = WORDS.find(([pattern]) => pattern.test(field))?.[1] ?? (words(field.split('.').pop() ?? '') || 'The post');
  const last = field.split('.').pop() ?? '';
  const named = path ? message.replaceAll(path, word) : message;
  return last && named.startsWith(`${last} `) ? word + named.slice(last.length) : named;
}
