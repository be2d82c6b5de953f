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

const PAGE = 100;

export const postsOf = (workspace: string, only: { status: string | null; account: string | null }) =>
  infiniteQueryOptions({
    queryKey: ['posts', workspace, 'list', only],
    queryFn: ({ pageParam, signal }) => {
      const query = { view: 'card', limit: PAGE, offset: pageParam, status: only.status ?? undefined, account: only.account ?? undefined } as const;
      return answered(client.GET('/v1/dashboard/posts', { params: { query }, signal }));
    },
    initialPageParam: 0,
    getNextPageParam: (last, pages) => (last.posts.length < PAGE ? undefined : pages.length * PAGE),
  });
