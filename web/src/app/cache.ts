// What has been fetched: kept for the whole page, whichever screen asked for it.
import { QueryClient } from '@tanstack/react-query';
import { Problem } from '../api/client';

export const cache = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      retry: (failures, error) => failures < 2 && (!(error instanceof Problem) || error.status === 0 || error.status >= 500),
      refetchOnWindowFocus: 'always',
    },
    mutations: { retry: false }, // what changes something is sent once; the API's idempotency keys are for who does it again
  },
});
