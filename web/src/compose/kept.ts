// What is kept in this browser: each draft as it is on the screen, until the server has it too; and the accounts of the last post.
import { read, type Writing } from './writing';

/** `revision`: of the server's, which this was made from. `dirty`: the server does not have it yet. */
export interface Copy {
  writing: Writing;
  revision: number;
  dirty: boolean;
  sent?: string; // handed to the server, which has not answered yet
  at: number;
}

const prefix = (workspace: string) => `socialclaw-draft-${workspace}-`;
const accounts = (workspace: string) => `socialclaw-accounts-${workspace}`;

/** Whether it is kept: storage may be full, or switched off. */
export function keep(workspace: string, id: string, copy: Omit<Copy, 'at'>): boolean {
  try {
    localStorage.setItem(prefix(workspace) + id, JSON.stringify({ ...copy, at: Date.now() }));
    return true;
  } catch {
    return false;
  }
}

export function kept(workspace: string, id: string): Copy | null {
  try {
    const found = JSON.parse(localStorage.getItem(prefix(workspace) + id) ?? 'null') as Copy | null;
    return found ? { ...found, writing: read(found.writing) } : null;
  } catch {
    return null;
  }
}

export const forget = (workspace: string, id: string) => localStorage.removeItem(prefix(workspace) + id);

/** The drafts that only this browser has, or has as they are now. */
export function unsaved(workspace: string): { id: string; copy: Copy }[] {
  const ids = Object.keys(localStorage).filter((key) => key.startsWith(prefix(workspace)));
  const found = ids.map((key) => key.slice(prefix(workspace).length)).map((id) => ({ id, copy: kept(workspace, id) }));
  return found.filter((one): one is { id: string; copy: Copy } => one.copy?.dirty ?? false);
}

export function keepAccounts(workspace: string, ids: string[]): void {
  try {
    localStorage.setItem(accounts(workspace), JSON.stringify(ids));
  } catch {
    // They are chosen anew the next time.
  }
}

export function lastAccounts(workspace: string): string[] {
  try {
    const found = JSON.parse(localStorage.getItem(accounts(workspace)) ?? '[]') as unknown;
    return Array.isArray(found) ? found.filter((id) => typeof id === 'string') : [];
  } catch {
    return [];
  }
}
