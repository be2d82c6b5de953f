import { queryOptions } from '@tanstack/react-query';
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

export const nameOf = (account: { displayName?: string | null; handle: string }) => account.displayName || account.handle.replace(/^[a-z_]+:/, '');
