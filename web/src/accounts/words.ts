// How an account is, in words.
import type { Account } from '../api/accounts';
import type { Schemas } from '../api/client';
import { ago, capital, counted, moment } from '../lib/say';
import { labelOf } from '../ui/Glyph';

export type Work = Schemas['AccountPosts'];

export const isBroken = (account: Account) => account.status !== 'connected' && account.status !== 'disconnected';

/** `Facebook · Page`: the network, and what kind of place on it. */
export function kindOf(account: Account): string {
  const network = labelOf(account.provider);
  const kind = (account.accountType ?? '').replaceAll('_', ' ').replace(/^(x|meta|facebook|instagram|linkedin|tiktok|youtube|pinterest|reddit|discord|telegram|wordpress|snapchat) /, '');
  return kind && kind !== account.provider ? `${network} · ${capital(kind)}` : network;
}

/** How its login is. */
export function state(account: Account, zone: string, now: number, work: Work | undefined): string {
  if (account.status === 'disconnected') return 'Disconnected';
  if (isBroken(account)) {
    const waits = work?.waiting ? `; ${counted(work.waiting, 'post waits', 'posts wait')}` : '';
    return `Its login has ended${account.updatedAt ? ` ${ago(account.updatedAt, now)}` : ''}${waits}`;
  }
  if (!account.publishable) return 'Known, but nothing can be published to it';
  if (!account.expiresAt) return 'Good until somebody ends it';
  const renews = account.tokenRefreshStatus !== 'unsupported';
  if (account.tokenRefreshStatus === 'failing') return 'Its login could not be renewed; it is tried again';
  const soon = Date.parse(account.expiresAt) - now < 86_400_000;
  if (renews) return 'Its login renews itself';
  return `Its login ends ${soon ? ago(account.expiresAt, now) : moment(account.expiresAt, zone)}`;
}

/** What it has before it and behind it. */
export function workload(work: Work | undefined, zone: string): string {
  if (!work) return 'no posts yet';
  const going = work.upcoming ? `${work.upcoming.toLocaleString('en')} to go out` : 'none to go out';
  return work.lastPublishedAt ? `${going} · last ${moment(work.lastPublishedAt, zone)}` : going;
}
