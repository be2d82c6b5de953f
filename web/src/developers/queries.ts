import { queryOptions } from '@tanstack/react-query';
import { answered, client, type Schemas } from '../api/client';

export type Key = Schemas['ApiKey'];

export const keysOf = (workspace: string) =>
  queryOptions({
    queryKey: ['keys', workspace],
    queryFn: async ({ signal }) => (await answered(client.GET('/v1/dashboard/keys', { signal }))).keys,
  });

/** What a key may do, which the list does not tell. */
export const keyOf = (workspace: string, keyId: string) =>
  queryOptions({
    queryKey: ['keys', workspace, keyId],
    queryFn: ({ signal }) => answered(client.GET('/v1/keys/{keyId}', { params: { path: { keyId } }, signal })),
  });
