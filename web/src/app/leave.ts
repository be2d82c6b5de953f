import { answered, client } from '../api/client';
import { HOME } from '../lib/address';
import { refused } from '../ui/toasts';

/** Sign out, and go to where one signs in. */
export function leave(path: '/auth/sign-out' | '/auth/sign-out-everywhere'): void {
  answered(client.POST(path)).then(
    () => location.assign(HOME),
    (error: unknown) => refused(error, 'You are still signed in'),
  );
}
