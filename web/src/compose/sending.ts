// A schedule is judged while one types, and sent: by the operations that are there for everybody.
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { answered, client, Problem } from '../api/client';
import { placed, type Issue, type Place, type Schedule } from './schedule';

const REST_MS = 600; // nobody is judged in the middle of a word

/** All problems at once, each with its place, the errors first. */
export function useJudged(workspace: string, schedule: Schedule, places: Place[], ready: boolean): { issues: Issue[]; judging: boolean } {
  const said = JSON.stringify([schedule, places]);
  const rested = useRested(said, REST_MS);
  const { data, isFetching } = useQuery({
    queryKey: ['judged', workspace, rested],
    queryFn: ({ signal }) => judge(rested, signal),
    enabled: ready && places.length > 0,
    placeholderData: (before) => before,
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
  const issues = useMemo(() => (ready ? (data ?? []) : []), [ready, data]);
  return { issues, judging: isFetching || rested !== said };
}

async function judge(said: string, signal: AbortSignal): Promise<Issue[]> {
  const [body, places] = JSON.parse(said) as [Schedule, Place[]];
  try {
    const found = await answered(client.POST('/v1/posts/validate', { body, signal }));
    return (found.warnings ?? []).map((issue) => placed(issue, places, false));
  } catch (error) {
    if (error instanceof Problem && error.status === 422) return refusals(error, places);
    throw error;
  }
}

/** What the API has against it, each in its place. */
export function refusals(error: Problem, places: Place[]): Issue[] {
  if (error.issues.length) return error.issues.map((issue) => placed(issue, places, true));
  return [placed({ path: '', code: error.code, message: error.message, details: {} }, places, true)];
}

/** `key`: by which it is made once, however often it is sent. */
export const send = (schedule: Schedule, key: string) => answered(client.POST('/v1/posts/apply', { body: { ...schedule, idempotencyKey: key } }));

function useRested<T>(value: T, milliseconds: number): T {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return rested;
}
