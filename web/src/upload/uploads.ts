// The uploads of this page: they go on while one looks at other screens, and after the page was loaded again.
import { useSyncExternalStore } from 'react';
import { Problem } from '../api/client';
import { workspaceOfAddress } from '../lib/address';
import { abort, assetOf, begin, over, send, standing, type Asset } from './parts';
import { digestOf, drop, dropOld, store, stored } from './stored';

export interface Upload {
  id: string; // of the asset that it becomes
  workspace: string; // as addresses name it
  name: string;
  size: number;
  sent: number;
  /** `asking`: the file has to be chosen again, because this browser could not keep it. */
  state: 'sending' | 'waiting' | 'finishing' | 'asking' | 'failed' | 'done';
  why?: string;
  picture?: string; // of the file as it is here
  asset?: Asset;
}

const here = () => workspaceOfAddress() ?? '';
const all = new Map<string, Upload>();
const digests = new Map<string, string>();
const stops = new Map<string, AbortController>();
const listeners = new Set<() => void>();
let shown: ReadonlyMap<string, Upload> = new Map();

function put(id: string, change: Partial<Upload>): void {
  const before = all.get(id) ?? { id, workspace: here(), name: '', size: 0, sent: 0, state: 'sending' };
  all.set(id, { ...before, ...change });
  shown = new Map(all);
  for (const told of listeners) told();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useUploads = (): ReadonlyMap<string, Upload> => useSyncExternalStore(subscribe, () => shown);

export interface Begun {
  id: string;
  kind: string;
  digest: string;
}

/** Begin to send a file. It is known by the id of its asset from now on, wherever the page is. */
export async function start(file: File): Promise<Begun> {
  void dropOld();
  const workspace = here();
  const [digest, { asset }] = await Promise.all([digestOf(file), begin(workspace, file)]);
  const { id, kind } = asset!;
  digests.set(id, digest);
  const picture = kind === 'image' ? URL.createObjectURL(file) : undefined;
  put(id, { workspace, name: file.name, size: file.size, state: 'sending', picture });
  void store({ id, workspace, name: file.name, size: file.size, digest, at: Date.now() }, file);
  void run(id, file);
  return { id, kind, digest };
}

/** Go on with an upload that this page has not begun. */
export async function resume(id: string, known: { name: string; size?: number; digest?: string }): Promise<void> {
  if (all.has(id)) return;
  put(id, { name: known.name, size: known.size ?? 0, state: 'waiting' });
  const { one, file } = await stored(id);
  const digest = one?.digest ?? known.digest;
  if (digest) digests.set(id, digest);
  if (file) {
    put(id, { picture: file.type.startsWith('image/') ? URL.createObjectURL(file) : undefined });
    return run(id, file);
  }
  try {
    const asset = await assetOf(here(), id);
    if (asset.status !== 'uploading') return finish(id, over(asset));
    const { upload } = await standing(here(), id);
    const sent = (upload?.parts ?? []).reduce((sum, part) => sum + (part.size ?? 0), 0);
    put(id, { state: 'asking', size: asset.size ?? 0, sent });
  } catch (error) {
    fail(id, error);
  }
}

/** The file again, from whoever was asked for it; why not, if it is another one. */
export async function provide(id: string, file: File): Promise<string | null> {
  const wanted = digests.get(id);
  const { size, name } = all.get(id) ?? { size: file.size, name: '' };
  if (file.size !== size || (wanted && (await digestOf(file)) !== wanted)) return `This is not the same file: ${name} is wanted, as it was when its upload began`;
  void store({ id, workspace: here(), name: file.name, size: file.size, digest: wanted ?? (await digestOf(file)), at: Date.now() }, file);
  put(id, { picture: file.type.startsWith('image/') ? URL.createObjectURL(file) : undefined });
  void run(id, file);
  return null;
}

export function again(id: string): void {
  void stored(id).then(({ file }) => (file ? run(id, file) : put(id, { state: 'asking' })));
}

/** It is not wanted any more, here and there. */
export function giveUp(id: string): void {
  const one = all.get(id);
  stops.get(id)?.abort();
  if (one?.picture) URL.revokeObjectURL(one.picture);
  all.delete(id);
  shown = new Map(all);
  void drop(id);
  if (one && one.state !== 'done') abort(one.workspace, id).catch(() => undefined); // the server gives it up by itself, a day later
}

async function run(id: string, file: File): Promise<void> {
  const stop = new AbortController();
  stops.set(id, stop);
  const workspace = all.get(id)?.workspace ?? here();
  put(id, { state: 'sending', why: undefined });
  const watch = {
    signal: stop.signal,
    progress: (sent: number) => put(id, { sent, state: sent >= file.size ? 'finishing' : 'sending' }),
    waiting: (why: string | null) => put(id, why ? { state: 'waiting', why } : { state: 'sending', why: undefined }),
  };
  try {
    // Of two tabs with the same draft one sends; the other finds it done.
    const asset = await navigator.locks.request(`socialclaw-upload-${id}`, { signal: stop.signal }, () => send(workspace, id, file, watch));
    finish(id, asset);
  } catch (error) {
    if (!stop.signal.aborted) fail(id, error);
  }
}

function finish(id: string, asset: Asset): void {
  put(id, { state: 'done', asset, sent: asset.size ?? 0, why: undefined });
  void drop(id);
}

function fail(id: string, error: unknown): void {
  const gone = error instanceof Problem && error.status === 404;
  put(id, { state: 'failed', why: gone ? 'Its upload was given up: add the file again' : error instanceof Error ? error.message : String(error) });
}
