import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { answered, client, type Schemas } from './client';

export type ListedRun = Schemas['ListedRun'];
export type RunSummary = Schemas['RunSummary'];

const PAGE = 50;

// Below `posts`: whatever happens to a post happens to its run.
export const runsOf = (workspace: string, mode: 'draft' | 'scheduled' | null) =>
  infiniteQueryOptions({
    queryKey: ['posts', workspace, 'runs', mode],
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: PAGE, mode: mode ?? undefined, cursor: pageParam ?? undefined };
      return answered(client.GET('/v1/dashboard/runs', { params: { query }, signal }));
    },
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextCursor,
  });

export const runOf = (workspace: string, id: string) =>
  queryOptions({
    queryKey: ['posts', workspace, 'run', id],
    queryFn: ({ signal }) => answered(client.GET('/v1/runs/{runId}', { params: { path: { runId: id } }, signal })),
  });
