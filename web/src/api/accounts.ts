import { queryOptions, useQuery } from '@tanstack/react-query';
import { answered, client, type Schemas } from './client';

export type Account = Schemas['ConnectedAccount'];
export type Capability = Schemas['Capability'];

export const accountsOf = (workspace: string) =>
  queryOptions({
    queryKey: ['accounts', workspace, 'all'],
    queryFn: async ({ signal }) => (await answered(client.GET('/v1/dashboard/accounts', { signal }))).accounts,
  });

export const capabilitiesOf = (workspace: string) =>
  queryOptions({
    queryKey: ['accounts', workspace, 'capabilities'],
    queryFn: async ({ signal }) => (await answered(client.GET('/v1/accounts/capabilities', { signal }))).capabilities,
  });

/** What each account has before it: posts to go out, and those of them that wait for its login. */
export const workOf = (workspace: string) =>
  queryOptions({
    queryKey: ['posts', workspace, 'by account'],
    queryFn: async ({ signal }) => {
      const { accounts } = await answered(client.GET('/v1/dashboard/accounts/posts', { signal }));
      return new Map(accounts.map((one) => [one.accountId, one]));
    },
  });

export const nameOf = (account: { displayName?: string | null; handle: string }) => account.displayName || account.handle.replace(/^[a-z_]+:/, '');

/** Names of accounts by their ids; of one that is gone, its handle without what marks the network. */
export function useNames(workspace: string): (id: string | null | undefined, handle: string) => string {
  const { data } = useQuery(accountsOf(workspace));
  const names = new Map(data?.map((one) => [one.id, nameOf(one)]));
  return (id, handle) => names.get(id ?? '') ?? nameOf({ handle });
}
