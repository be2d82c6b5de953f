// What the facts of a server and of a workspace come to. Pure.
import type { Schemas } from '../api/client';
import type { Server } from '../api/health';
import { ago, counted } from '../lib/say';

export type Tone = 'good' | 'look' | 'bad';

export interface Part {
  what: string;
  tone: Tone; // bad: nothing is published
  how: string;
  to?: [label: string, href: string];
}

const [MB, GB] = [1e6, 1e9];
const LITTLE = 1; // GB free

export function partsOf(server: Server, health: Schemas['WorkspaceHealthResponse']['health'], slug: string): { publishing: Part[]; server: Part[] } {
  return { publishing: [worker(server), lateness(server), accounts(health, slug), work(health, slug)], server: [database(server), files(server, health), mail(server), version(server)] };
}

export function verdictOf(parts: Part[]): { tone: Tone; title: string; why: string } {
  const bad = parts.filter((part) => part.tone === 'bad');
  const wrong = parts.filter((part) => part.tone !== 'good');
  const said = (some: Part[]) => some.map((part) => `${part.what}: ${part.how.charAt(0).toLowerCase()}${part.how.slice(1)}`).join('. ');
  const worker = parts.find((part) => part.what === 'Worker');
  if (bad.length) return { tone: 'bad', title: 'Something is broken', why: `${said(bad)}. What is due goes out once that is mended.` };
  if (wrong.length) return { tone: 'look', title: `${counted(wrong.length, 'thing')} to look at`, why: `Posts go out. ${said(wrong)}.` };
  return { tone: 'good', title: 'All is well', why: `Posts go out on time: the worker was ${worker?.how.toLowerCase() ?? 'heard'}, and nothing is overdue.` };
}

function worker({ worker: found, now }: Server): Part {
  const heard = found?.lastHeartbeat ? `Heard ${ago(found.lastHeartbeat, Date.parse(now))}` : 'Never heard';
  if (found?.heldSince) return { what: 'Worker', tone: 'bad', how: 'Everything is held back by the operator' };
  return { what: 'Worker', tone: found?.alive === true && !found.trouble ? 'good' : 'bad', how: found?.trouble ?? heard };
}

function lateness({ worker: found }: Server): Part {
  const late = found?.overduePosts ?? 0;
  return { what: 'On time', tone: late ? 'look' : 'good', how: late ? `${counted(late, 'post is', 'posts are')} overdue on this server` : 'Nothing is overdue' };
}

function accounts({ failingAccounts: failing, connectedAccounts: connected }: Schemas['WorkspaceHealthResponse']['health'], slug: string): Part {
  if (!failing) return { what: 'Accounts', tone: 'good', how: `${counted(connected, 'account')} connected`, to: ['Accounts', `/w/${slug}/accounts`] };
  return { what: 'Accounts', tone: 'look', how: `${counted(failing, 'account')} of ${connected} to connect again`, to: ['Reconnect', `/w/${slug}/accounts?broken`] };
}

function work({ jobs }: Schemas['WorkspaceHealthResponse']['health'], slug: string): Part {
  const [ready, failed, stalled] = [jobs?.ready ?? 0, jobs?.failed ?? 0, jobs?.stalled ?? 0];
  const how = [`${counted(ready, 'post')} to go out`, failed && `${failed} failed`, stalled && `${stalled} stand still`].filter(Boolean).join(' · ');
  return { what: 'Posts', tone: stalled ? 'look' : 'good', how, to: stalled || failed ? ['Look', `/w/${slug}/posts?show=attention`] : ['Posts', `/w/${slug}/posts?show=upcoming`] };
}

const database = ({ db }: Server): Part => ({ what: 'Database', tone: db?.ok ? 'good' : 'bad', how: db?.error ?? (db?.kind === 'postgresql' ? 'PostgreSQL answers' : 'SQLite answers') });

function files({ assetStorage: found }: Server, { storage }: Schemas['WorkspaceHealthResponse']['health']): Part {
  const free = (found?.freeBytes ?? 0) / GB;
  const local = found?.driver === 'local';
  const own = storage ? `${counted(storage.assets, 'file')} of this workspace, ${storage.bytes < GB ? `${(storage.bytes / MB).toFixed(1)} MB` : `${(storage.bytes / GB).toFixed(1)} GB`}` : '';
  if (!found?.ok) return { what: 'Files', tone: 'bad', how: found?.error ?? 'The storage does not answer' };
  return { what: 'Files', tone: local && free < LITTLE ? 'look' : 'good', how: [local ? `${free.toFixed(1)} GB free` : found.driver, own].filter(Boolean).join(' · ') };
}

function mail({ mail: found }: Server): Part {
  if (!found?.configured) return { what: 'Mail', tone: 'good', how: 'Not set up: links to sign in are printed by the server, and alerts are shown here only' };
  return { what: 'Mail', tone: found.ok ? 'good' : 'look', how: found.waiting ? `${counted(found.waiting, 'mail')} waiting` : 'Everything is sent' };
}

const version = ({ version: found }: Server): Part => ({ what: 'Version', tone: 'good', how: `SocialClaw ${found ?? ''}` });
