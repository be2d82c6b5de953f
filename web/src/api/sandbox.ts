import { queryOptions } from '@tanstack/react-query';
import { answered, client, type Schemas } from './client';

export type Network = Schemas['SimulatedNetwork'];
export type Seen = Schemas['SeenPost'];

export const sandboxOf = (workspace: string) =>
  queryOptions({
    queryKey: ['posts', workspace, 'sandbox'],
    queryFn: ({ signal }) => answered(client.GET('/v1/sandbox', { signal })),
  });

export const feedOf = (workspace: string, network: string) =>
  queryOptions({
    queryKey: ['posts', workspace, 'feed', network],
    queryFn: ({ signal }) => answered(client.GET('/v1/sandbox/networks/{network}/posts', { params: { path: { network } }, signal })),
  });

export const faultsOf = (workspace: string) =>
  queryOptions({
    queryKey: ['posts', workspace, 'faults'],
    queryFn: async ({ signal }) => (await answered(client.GET('/v1/sandbox/faults', { signal }))).faults,
  });
