// What was written and not sent yet is kept in this browser, by workspace; so are the accounts of the last post.
import { begun, isEmpty, type Writing } from './writing';

const text = (workspace: string) => `socialclaw-unsent-${workspace}`;
const accounts = (workspace: string) => `socialclaw-accounts-${workspace}`;

export function keep(workspace: string, writing: Writing): void {
  try {
    if (isEmpty(writing)) localStorage.removeItem(text(workspace));
    else localStorage.setItem(text(workspace), JSON.stringify(writing));
  } catch {
    // Storage is full or switched off: it is on the screen still.
  }
}

export function kept(workspace: string): Writing | null {
  try {
    const found = JSON.parse(localStorage.getItem(text(workspace)) ?? 'null') as Partial<Writing> | null;
    return found ? { ...begun(), ...found } : null;
  } catch {
    return null;
  }
}

export const forget = (workspace: string) => localStorage.removeItem(text(workspace));

export const keepAccounts = (workspace: string, ids: string[]) => localStorage.setItem(accounts(workspace), JSON.stringify(ids));

export function lastAccounts(workspace: string): string[] {
  try {
    const found = JSON.parse(localStorage.getItem(accounts(workspace)) ?? '[]') as unknown;
    return Array.isArray(found) ? found.filter((id) => typeof id === 'string') : [];
  } catch {
    return [];
  }
}
