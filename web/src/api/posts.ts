import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { answered, client, type Schemas } from './client';

export type Post = Schemas['Post'];
export type Attempt = Schemas['Attempt'];

export const attentionOf = (workspace: string) =>
  queryOptions({
    queryKey: ['posts', workspace, 'attention'],
    queryFn: ({ signal }) => answered(client.GET('/v1/dashboard/attention', { signal })),
  });

export const postOf = (workspace: string, id: string) =>
  queryOptions({
    queryKey: ['posts', workspace, 'one', id],
    queryFn: ({ signal }) => answered(client.GET('/v1/posts/{postId}', { params: { path: { postId: id } }, signal })),
  });

export const attemptsOf = (workspace: string, id: string) =>
  queryOptions({
    queryKey: ['posts', workspace, 'attempts', id],
    queryFn: ({ signal }) => answered(client.GET('/v1/posts/{postId}/attempts', { params: { path: { postId: id } }, signal })),
  });

/** The labels that posts of the workspace have, and how many have each. */
export const labelsOf = (workspace: string) =>
  queryOptions({
    queryKey: ['posts', workspace, 'labels'],
    queryFn: async ({ signal }) => (await answered(client.GET('/v1/labels', { signal }))).labels,
  });

const PAGE = 100;

export interface Only {
  status: string | null;
  account: string | null;
  label: string | null;
  q: string | null;
}

export const postsOf = (workspace: string, only: Only) =>
  infiniteQueryOptions({
    queryKey: ['posts', workspace, 'list', only],
    queryFn: ({ pageParam, signal }) => {
      const [status, account, label, q] = [only.status, only.account, only.label, only.q].map((one) => one ?? undefined);
      const query = { view: 'card', limit: PAGE, offset: pageParam, status, account, label, q } as const;
      return answered(client.GET('/v1/dashboard/posts', { params: { query }, signal }));
    },
    initialPageParam: 0,
    getNextPageParam: (last, pages) => (last.posts.length < PAGE ? undefined : pages.length * PAGE),
  });
