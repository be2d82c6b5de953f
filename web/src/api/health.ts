import { queryOptions } from '@tanstack/react-query';
import { answered, client, Problem, type Schemas } from './client';

export type Server = Schemas['HealthResponse'];

/** Where the server is not ready it answers with the same facts, as the details of a problem. */
async function asked(signal: AbortSignal): Promise<Server> {
  try {
    return await answered(client.GET('/health', { signal }));
  } catch (error) {
    if (error instanceof Problem && error.code === 'not_ready') return { now: new Date().toISOString(), service: 'socialclaw', ...error.details, ok: true };
    throw error;
  }
}

export const serverOf = queryOptions({ queryKey: ['health'], queryFn: ({ signal }) => asked(signal), staleTime: 0 });
