import { useState } from 'react';
import { useLocation } from 'wouter';
import type { Account } from '../api/accounts';
import { refused } from '../ui/toasts';
import { connect } from './connecting';
import { useWorkspace } from './session';

const BY_FORM = new Set(['telegram', 'discord']);

/** Connect an account again: straight to its network's page, and back to here. Where there is a form in place of a page, to that. */
export function useReconnect(account: Pick<Account, 'provider'>) {
  const { slug } = useWorkspace();
  const [, go] = useLocation();
  const [busy, setBusy] = useState(false);
  const start = () => {
    if (BY_FORM.has(account.provider)) return go(`/w/${slug}/accounts?connect=${account.provider}`);
    setBusy(true);
    connect(account.provider, { again: true }).catch((error: unknown) => {
      setBusy(false);
      refused(error, 'It could not be connected again');
    });
  };
  return { busy, start };
}
