// What time it is in a workspace: that of the world, or the one that a test workspace has been given.
import { queryOptions, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { answered, client } from '../api/client';
import { useWorkspace } from './session';

export const clockOf = (workspace: string) =>
  queryOptions({
    queryKey: ['workspace', workspace, 'clock'],
    queryFn: async ({ signal }) => {
      const { clock } = await answered(client.GET('/v1/sandbox/clock', { signal }));
      return { ...clock, ahead: Date.parse(clock.now) - Date.now() };
    },
  });

/** Now, in milliseconds, anew every half a minute. */
export function useNow(every = 30_000): number {
  const { id, test } = useWorkspace();
  const { data } = useQuery({ ...clockOf(id), enabled: test });
  const [here, setHere] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setHere(Date.now()), every);
    return () => clearInterval(timer);
  }, [every]);
  if (data?.state === 'frozen') return Date.parse(data.now);
  return here + (data?.ahead ?? 0);
}
