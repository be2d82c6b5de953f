// What a screen shows is in the query of its address and only there, so that a link shows the same.
import { useCallback } from 'react';
import { useSearchParams } from 'wouter';

/** The query, and a way to change parts of it. Where `replace`, going back leaves the screen and not what was changed on it. */
export function useQueryOf() {
  const [params, setParams] = useSearchParams();
  const change = useCallback(
    (next: Record<string, string | null>, replace = true) =>
      setParams(
        (old) => {
          const made = new URLSearchParams(old);
          for (const [name, value] of Object.entries(next)) {
            if (value === null) made.delete(name);
            else made.set(name, value);
          }
          return made;
        },
        { replace },
      ),
    [setParams],
  );
  return [params, change] as const;
}
