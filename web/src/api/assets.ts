import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { answered, client, type Schemas } from './client';

export type Asset = Schemas['Asset'];
export type Fit = Schemas['Fit'];

export interface Wanted {
  q: string;
  kind: string | null;
  used: boolean | null;
  sort: string | null;
}

const PAGE = 48;

export const assetsOf = (workspace: string, { q, kind, used, sort }: Wanted) =>
  infiniteQueryOptions({
    queryKey: ['assets', workspace, 'list', q, kind, used, sort],
    queryFn: ({ pageParam, signal }) => {
      const query = { q: q || undefined, kind: kind ?? undefined, used: used ?? undefined, sort: sort ?? undefined, limit: PAGE, offset: pageParam };
      return answered(client.GET('/v1/dashboard/assets', { params: { query }, signal }));
    },
    initialPageParam: 0,
    getNextPageParam: (last, pages) => (pages.length * PAGE < (last.total ?? 0) ? pages.length * PAGE : undefined),
  });

export const assetOf = (workspace: string, id: string) =>
  queryOptions({
    queryKey: ['assets', workspace, 'one', id],
    queryFn: async ({ signal }) => (await answered(client.GET('/v1/assets/{assetId}', { params: { path: { assetId: id } }, signal }))).asset,
  });

export const usesOf = (workspace: string, id: string) =>
  queryOptions({
    queryKey: ['posts', workspace, 'that show', id],
    queryFn: async ({ signal }) => (await answered(client.GET('/v1/dashboard/assets/{assetId}/uses', { params: { path: { assetId: id } }, signal }))).posts,
  });

export const fitsOf = (workspace: string, id: string) =>
  queryOptions({
    queryKey: ['accounts', workspace, 'fits', id],
    queryFn: async ({ signal }) => (await answered(client.GET('/v1/dashboard/assets/{assetId}/fit', { params: { path: { assetId: id } }, signal }))).fits,
  });
