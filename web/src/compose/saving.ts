// A draft saves itself: at once in this browser, and after a moment of rest on the server, under the revision that was read last. Of two
// windows neither overwrites the other: the second is told, and shown both. What the server could not be told is tried again until it was.
import { useCallback, useEffect, useRef, useState } from 'react';
import { Problem } from '../api/client';
import { discardDraft, readDraft, saveDraft } from '../api/drafts';
import { forget, keep, kept } from './kept';
import { isEmpty, read, same, type Writing } from './writing';

const REST_MS = 800;
const AGAIN_MS = 4_000;

export interface Opened {
  writing: Writing;
  revision: number; // of the server's that this is made from; 0: it has none
  dirty: boolean;
  other: Other | null;
}

/** What is there in place of what was read: of another window, or nothing (null) where that has sent or discarded it. */
export interface Other {
  writing: Writing | null;
  revision: number;
}

export type Saving =
  | { state: 'untouched' | 'saving' | 'saved' }
  | { state: 'local'; why: string } // in this browser alone
  | { state: 'changed'; other: Other }
  | { state: 'lost'; why: string }; // not even here

const made = new Set<string>();

/** An id for a draft that nobody has yet. */
export function newDraft(): string {
  const id = `draft_${crypto.randomUUID()}`;
  made.add(id);
  return id;
}

/** A draft, as the server and this browser have it. `fresh` is what one begins with where neither has any. */
export async function open(workspace: string, id: string, fresh: () => Writing): Promise<Opened> {
  const own = kept(workspace, id);
  if (!own && made.has(id)) return { writing: fresh(), revision: 0, dirty: false, other: null };
  if (own?.revision === 0) return { ...own, other: null }; // it never was there; whether that is so still is told when it is saved
  const there = await readDraft(id).catch((error: unknown) => {
    if (error instanceof Problem && error.status === 404) return null;
    if (own) return undefined; // it cannot be asked now; what is here is what there is
    throw error;
  });
  if (there === undefined) return { ...own!, other: null };
  if (there && !own?.dirty) return { writing: read(there.content), revision: there.revision, dirty: false, other: null };
  if (!own) return { writing: fresh(), revision: 0, dirty: false, other: null };
  const ours = (there?.revision ?? 0) === own.revision || (there && own.sent && same(read(there.content), read(JSON.parse(own.sent))));
  if (ours) return { ...own, revision: there?.revision ?? 0, other: null };
  return { ...own, other: { writing: there && read(there.content), revision: there?.revision ?? 0 } };
}

export function useSaving(workspace: string, id: string, opened: Opened, writing: Writing) {
  const [saving, setSaving] = useState<Saving>(opened.other ? { state: 'changed', other: opened.other } : { state: opened.revision ? 'saved' : 'untouched' });
  const now = useRef({ revision: opened.revision, saved: opened.dirty ? '' : JSON.stringify(opened.writing), sent: undefined as string | undefined, writing, changed: !!opened.other, over: false });
  const running = useRef<Promise<void> | null>(null);
  now.current.writing = writing;

  const save = useCallback((): Promise<void> => {
    const at = now.current;
    if (running.current) return running.current.then(save);
    const text = JSON.stringify(at.writing);
    if (text === at.saved || at.changed || at.over || (isEmpty(at.writing) && !at.revision)) return Promise.resolve();
    setSaving({ state: 'saving' });
    keep(workspace, id, { writing: at.writing, revision: at.revision, dirty: true, sent: text });
    const before = { revision: at.revision, sent: at.sent };
    at.sent = text;
    running.current = send(workspace, id, text, before)
      .then((found) => {
        if (typeof found === 'number') {
          Object.assign(at, { revision: found, saved: text, sent: undefined });
          if (JSON.stringify(at.writing) === text) {
            if (!at.over) keep(workspace, id, { writing: at.writing, revision: found, dirty: false });
            setSaving({ state: 'saved' });
          }
        } else {
          at.changed = found.state === 'changed';
          setSaving(found);
        }
      })
      .finally(() => {
        running.current = null;
      });
    return running.current;
  }, [workspace, id]);

  useEffect(() => {
    const at = now.current;
    if (at.over || JSON.stringify(writing) === at.saved) return;
    if (isEmpty(writing) && !at.revision) return forget(workspace, id);
    if (!keep(workspace, id, { writing, revision: at.revision, dirty: true, sent: at.sent })) {
      setSaving({ state: 'lost', why: 'This browser has no room, or keeps nothing: it is saved once the server has it' });
    }
    const timer = setTimeout(() => void save(), REST_MS);
    return () => clearTimeout(timer);
  }, [workspace, id, writing, save]);

  useEffect(() => {
    if (saving.state !== 'local') return;
    const again = () => void save();
    const timer = setTimeout(again, AGAIN_MS);
    window.addEventListener('online', again);
    return () => {
      clearTimeout(timer);
      window.removeEventListener('online', again);
    };
  }, [saving, save]);

  useEffect(() => () => void save(), [save]); // who leaves does not wait for the moment of rest

  /** Go on from what another window has saved: with what is here, or (and the caller shows it) with what is there. */
  const settle = (other: Other, keeping: 'mine' | 'theirs') => {
    Object.assign(now.current, { revision: other.revision, changed: false, saved: '' });
    if (keeping === 'theirs' && other.writing) {
      Object.assign(now.current, { writing: other.writing, saved: JSON.stringify(other.writing) });
      keep(workspace, id, { writing: other.writing, revision: other.revision, dirty: false });
      setSaving({ state: 'saved' });
    } else void save();
  };

  /** It was sent, or is not wanted any more. */
  const end = async () => {
    now.current.over = true;
    await running.current;
    forget(workspace, id);
    if (now.current.revision) await discardDraft(id).catch(() => undefined); // it is found in the list of drafts then, and can be discarded there
  };

  return { saving, save, settle, end };
}

/** Of what is there: what was handed to it last is no other window's, though its answer was lost. */
interface Known {
  revision: number;
  sent?: string;
}

async function send(workspace: string, id: string, text: string, known: Known): Promise<number | Saving> {
  try {
    return (await saveDraft(id, JSON.parse(text) as Writing, known.revision)).revision;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.code === 'draft_changed') return elsewhere(id, text, known, error);
    const why = error.status === 0 ? 'The server does not answer' : error.message;
    return kept(workspace, id) ? { state: 'local', why } : { state: 'lost', why };
  }
}

async function elsewhere(id: string, text: string, { sent }: Known, problem: Problem): Promise<number | Saving> {
  const there = problem.details.revision ? await readDraft(id).catch(() => null) : null;
  const found = there && read(there.content);
  if (there && same(found, read(JSON.parse(text)))) return there.revision;
  if (there && sent && same(found, read(JSON.parse(sent)))) return (await saveDraft(id, JSON.parse(text) as Writing, there.revision)).revision;
  return { state: 'changed', other: { writing: found, revision: there?.revision ?? 0 } };
}
