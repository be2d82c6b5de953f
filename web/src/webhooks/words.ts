// What the states of endpoints and deliveries are called, and which events one can choose from.
import type { Look } from '../ui/status';
import type { DeliveryStatus, Endpoint } from './queries';

export const ENDPOINT: Record<Endpoint['status'], [Look, string]> = {
  enabled: ['published', 'Enabled'],
  failing: ['waiting', 'Failing'],
  disabled: ['canceled', 'Disabled'],
};

export const DELIVERY: Record<DeliveryStatus, [Look, string]> = {
  pending: ['scheduled', 'Waiting'],
  retrying: ['waiting', 'Trying again'],
  delivered: ['published', 'Delivered'],
  exhausted: ['failed', 'Given up'],
  abandoned: ['canceled', 'Not sent'],
};

export const FAMILIES: [type: string, what: string][] = [
  ['post.*', 'Posts: published, failed, trying again, canceled'],
  ['run.*', 'Runs: applied, completed, partly failed'],
  ['account.*', 'Accounts: connected, to be connected again'],
  ['asset.*', 'Files: ready, failed'],
  ['quota.*', 'Limits of networks that are reached'],
  ['key.*', 'Keys: made, revoked'],
  ['webhook.*', 'Other webhooks: failing, disabled'],
];

/** `post.*, run.completed`, or that it is all of them. */
export const typesIn = (types: string[]) => (types.includes('*') ? 'all events' : types.join(', '));

export const hostOf = (url: string) => {
  try {
    const { host, pathname } = new URL(url);
    return host + (pathname === '/' ? '' : pathname);
  } catch {
    return url;
  }
};
