// Writing a post: which of the ways in one has come by, and everything that has to be there before one can write.
import { useQuery } from '@tanstack/react-query';
import { lazy, useEffect, useMemo, useState } from 'react';
import { Redirect, useParams, useSearch, useSearchParams } from 'wouter';
import { accountsOf, capabilitiesOf, type Account, type Capability } from '../api/accounts';
import { useWorkspace } from '../app/session';
import { knowTlds } from '../lib/count';
import { Failure } from '../ui/Notice';
import { Form } from './Form';
import { lastAccounts } from './kept';
import { newDraft, open } from './saving';
import { slottedOf } from './slots';
import { begun, NEXT, usual } from './writing';

const Edit = lazy(() => import('./Edit').then((m) => ({ default: m.Edit })));
const Review = lazy(() => import('./Review').then((m) => ({ default: m.Review })));

export function Composer() {
  const { id } = useWorkspace();
  const { draft } = useParams<{ draft?: string }>();
  const accounts = useQuery(accountsOf(id));
  const able = useQuery(capabilitiesOf(id));
  const slotted = useQuery(slottedOf(id));
  useEffect(() => void import('../../../src/socialclaw/networks/x/tlds.txt?raw').then((list) => knowTlds(list.default)), []);
  const publishable = useMemo(() => (accounts.data ?? []).filter((account) => account.publishable && account.status !== 'disconnected'), [accounts.data]);
  const byAccount = useMemo(() => new Map((able.data ?? []).map((one) => [one.accountId ?? '', one])), [able.data]);
  if (!draft) return <Begin />;
  const all = [accounts, able, slotted];
  const error = all.find((one) => one.error && !one.data)?.error;
  if (error) return <Failure error={error} retry={() => void Promise.all(all.map((one) => one.refetch()))} />;
  if (!accounts.data || !able.data || slotted.data === undefined) return null;
  const known = { accounts: publishable, able: byAccount };
  if (draft.startsWith('run_')) return <Review key={draft} id={draft} {...known} />;
  if (draft.startsWith('post_')) return <Edit key={draft} id={draft} {...known} />;
  return <Written key={draft} id={draft} slotted={slotted.data} {...known} />;
}

/** A new draft has an address from its first letter on: it is found there again. */
function Begin() {
  const { slug } = useWorkspace();
  const search = useSearch();
  const [id] = useState(newDraft);
  return <Redirect to={`/w/${slug}/compose/${id}${search && `?${search}`}`} replace />;
}

export interface KnownAccounts {
  accounts: Account[];
  able: Map<string, Capability>;
}

function Written({ id, accounts, able, slotted }: KnownAccounts & { id: string; slotted: boolean }) {
  const workspace = useWorkspace();
  const [params] = useSearchParams();
  const known = (ids: string[]) => ids.filter((one) => accounts.some((account) => account.id === one));
  const fresh = () => {
    const named = known(params.getAll('account'));
    const last = known(lastAccounts(workspace.id));
    const chosen = named.length ? named : last.length ? last : usual(accounts, able);
    const files = params.getAll('asset').map((asset) => ({ id: asset, url: null, name: asset, kind: 'other', preview: null, alt: '' })); // they arrive at once
    return { ...begun(chosen, params.get('at') ?? (slotted ? NEXT : null)), files };
  };
  const { data, error, refetch } = useQuery({
    queryKey: ['draft', workspace.id, id],
    queryFn: () => open(workspace.id, id, fresh),
    staleTime: Infinity, // from here on it is what is on the screen
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
  if (error) return <Failure error={error} retry={() => void refetch()} />;
  if (!data) return null;
  const gone = data.writing.accounts.filter((one) => !known([one]).length);
  const opened = gone.length ? { ...data, writing: { ...data.writing, accounts: known(data.writing.accounts) } } : data;
  return <Form id={id} opened={opened} accounts={accounts} able={able} />;
}
