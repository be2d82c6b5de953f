// To a network's consent page and back, in this tab: where one was is remembered here, and what came of it is told there.
import { answered, client, type Schemas } from '../api/client';
import { HOME, ownPath } from '../lib/address';

const KEY = 'socialclaw-connecting';

export interface Way {
  address: string; // where one was
  again: boolean; // an account that was known
}

type Start = Schemas['ConnectionStartRequest'];

/** Ask for consent; where the network has no page for that, the accounts at once. The page is left, where there is one. */
export async function connect(provider: string, { again, address, values = {} }: { again: boolean; address?: string; values?: Record<string, string> }) {
  const body = { provider, client: 'dashboard', ...values } as Start;
  const answer = await answered(client.POST('/v1/dashboard/connections/start', { body }));
  const url = answer.connection?.authorizeUrl;
  if (!url || answer.accounts?.length) return answer.accounts ?? [];
  const way: Way = { address: address ?? location.pathname.slice(HOME.length) + location.search, again };
  sessionStorage.setItem(KEY, JSON.stringify(way));
  location.assign(ownPath(url));
  return null;
}

/** Where one was before; it is asked for once. */
export function wayBack(): Way | null {
  const found = sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);
  return found ? (JSON.parse(found) as Way) : null;
}
