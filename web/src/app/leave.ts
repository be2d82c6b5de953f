import { answered, client, leaving } from '../api/client';
import { HOME } from '../lib/address';
import { refused } from '../ui/toasts';
import { cache } from './cache';

/** Sign out, and go to where one signs in. Whatever the page is asking for meanwhile would be refused: it does not ask. */
export function leave(path: '/auth/sign-out' | '/auth/sign-out-everywhere'): void {
  leaving.begin();
  void cache.cancelQueries();
  answered(client.POST(path)).then(
    () => location.assign(HOME),
    (error: unknown) => {
      leaving.end();
      refused(error, 'You are still signed in');
    },
  );
}
