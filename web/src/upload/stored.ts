// What is left of an upload when the page is loaded again: how it was cut, by what the file is known again, and the file itself where this
// browser has room for it. Kept in IndexedDB, and for as long as the server waits for the rest.

export interface Stored {
  id: string; // the asset's
  workspace: string; // as addresses name it
  name: string;
  size: number;
  digest: string;
  at: number;
}

const DAY_MS = 86_400_000;
const ROOM = 1.2; // times the file's size that has to be free

let opened: Promise<IDBDatabase> | undefined;

function database(): Promise<IDBDatabase> {
  opened ??= new Promise((done, failed) => {
    const asked = indexedDB.open('socialclaw-uploads', 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore('uploads', { keyPath: 'id' });
      asked.result.createObjectStore('files');
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error ?? new Error('IndexedDB'));
  });
  return opened;
}

async function run<T>(store: string, mode: IDBTransactionMode, act: (in_: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const found = (await database()).transaction(store, mode);
  const asked = act(found.objectStore(store));
  return new Promise((done, failed) => {
    found.oncomplete = () => done(asked.result);
    found.onabort = found.onerror = () => failed(found.error ?? asked.error ?? new Error('IndexedDB'));
  });
}

/** A browser that keeps nothing, or has no room, asks for the file again: an upload goes on all the same. */
export async function store(one: Stored, file: File): Promise<void> {
  try {
    await run('uploads', 'readwrite', (uploads) => uploads.put(one));
    const { quota = 0, usage = 0 } = await navigator.storage.estimate();
    if (quota - usage > file.size * ROOM) await run('files', 'readwrite', (files) => files.put(file, one.id));
  } catch {
    opened = undefined;
  }
}

export async function stored(id: string): Promise<{ one?: Stored; file?: File }> {
  try {
    const one = await run('uploads', 'readonly', (uploads) => uploads.get(id) as IDBRequest<Stored | undefined>);
    return { one, file: await run('files', 'readonly', (files) => files.get(id) as IDBRequest<File | undefined>) };
  } catch {
    return {};
  }
}

export async function drop(id: string): Promise<void> {
  try {
    await run('uploads', 'readwrite', (uploads) => uploads.delete(id));
    await run('files', 'readwrite', (files) => files.delete(id));
  } catch {
    // There is nothing to drop.
  }
}

/** What the server has long given up takes room for nothing. */
export async function dropOld(): Promise<void> {
  const all = await run('uploads', 'readonly', (uploads) => uploads.getAll() as IDBRequest<Stored[]>).catch(() => []);
  for (const one of all) if (one.at < Date.now() - 2 * DAY_MS) await drop(one.id);
}

const MIB = 1024 * 1024;

/** By what a file is known again without reading all of it: its first and its last MiB, and its size. */
export async function digestOf(file: File): Promise<string> {
  const ends = new Blob([file.slice(0, MIB), file.slice(Math.max(0, file.size - MIB)), String(file.size)]);
  const hash = await crypto.subtle.digest('SHA-256', await ends.arrayBuffer());
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
