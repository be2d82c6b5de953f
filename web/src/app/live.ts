// Live hints: the server says which kinds of things have changed, and what is on the screen of them is fetched again. Hints, not data: a lost
// one is harmless, because everything visible is fetched anew whenever the stream begins again.
import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { leaving } from '../api/client';
import { ROOT } from '../lib/address';

interface Hint {
  all?: boolean;
  kinds?: string[];
}

const POLL_MS = 15_000;
const DOWN_MS = 10_000;

/** Keeps what is shown of a workspace fresh; says whether the stream is there. One tab listens for all of the same workspace. */
export function useLiveHints(workspace: string): boolean {
  const cache = useQueryClient();
  const [live, setLive] = useState(true);
  useEffect(() => listen(workspace, cache, setLive), [workspace, cache]);
  useEffect(() => {
    if (live) return;
    const timer = setInterval(() => void cache.invalidateQueries(), POLL_MS);
    return () => clearInterval(timer);
  }, [live, cache]);
  return live;
}

function listen(workspace: string, cache: QueryClient, setLive: (live: boolean) => void): () => void {
  const name = `socialclaw-hints-${workspace}`;
  const others = new BroadcastChannel(name);
  others.onmessage = (event: MessageEvent<Hint>) => take(cache, event.data);
  const stop = new AbortController();
  const leading = () =>
    new Promise<void>((over) => {
      const close = stream(workspace, setLive, (hint) => {
        take(cache, hint);
        others.postMessage(hint);
      });
      stop.signal.addEventListener('abort', () => {
        close();
        over();
      });
    });
  // Browsers keep six connections to a host: ten tabs with a stream each would leave none for anything else.
  navigator.locks.request(name, { signal: stop.signal }, leading).catch(() => undefined);
  return () => {
    stop.abort();
    others.close();
  };
}

function stream(workspace: string, setLive: (live: boolean) => void, heard: (hint: Hint) => void): () => void {
  let source: EventSource;
  let down: ReturnType<typeof setTimeout> | undefined;
  let again: ReturnType<typeof setTimeout> | undefined;
  const open = () => {
    source = new EventSource(`${ROOT}/v1/dashboard/events?workspace=${encodeURIComponent(workspace)}`);
    source.onopen = () => {
      clearTimeout(down);
      down = undefined;
      setLive(true);
    };
    source.onerror = () => {
      down ??= setTimeout(() => setLive(false), DOWN_MS);
      if (source.readyState === EventSource.CLOSED) again = setTimeout(open, POLL_MS); // refused: the browser does not come back by itself
    };
    source.addEventListener('change', (event) => heard(JSON.parse((event as MessageEvent<string>).data) as Hint));
  };
  open();
  const hush = () => {
    source.close(); // it would come back by itself, and be refused
    again = setTimeout(open, POLL_MS); // for who is still here then
  };
  leaving.addEventListener('begin', hush);
  return () => {
    leaving.removeEventListener('begin', hush);
    clearTimeout(down);
    clearTimeout(again);
    source.close();
  };
}

function take(cache: QueryClient, hint: Hint): void {
  if (hint.all) void cache.invalidateQueries();
  for (const kind of hint.kinds ?? []) void cache.invalidateQueries({ queryKey: [kind] });
}
