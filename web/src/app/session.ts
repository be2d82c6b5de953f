// Who is signed in, and the workspace that the address names.
import { queryOptions } from '@tanstack/react-query';
import { createContext, useContext } from 'react';
import { answered, client, type Schemas } from '../api/client';
import type { WeekStart } from '../lib/time';

export type Session = Schemas['DashboardSessionResponse'];

export interface Workspace {
  id: string;
  slug: string;
  name: string;
  test: boolean;
  zone: string;
  weekStart: WeekStart;
  twinId: string | null;
  role: string;
  rights: ReadonlySet<string>;
  sells: boolean; // it needs a plan
}

/** `slug` belongs to the key: another workspace is another answer, by the header that each call carries. */
export const sessionOf = (slug: string | undefined) =>
  queryOptions({
    queryKey: ['workspace', slug ?? '', 'session'],
    queryFn: ({ signal }) => answered(client.GET('/v1/dashboard/session', { signal })),
    staleTime: 60_000,
  });

export function workspaceOf(session: Session): Workspace | undefined {
  const { tenant, membership } = session;
  const seat = session.workspaces?.find((one) => one.id === tenant?.id);
  if (!tenant || !seat) return undefined;
  return {
    id: tenant.id,
    slug: seat.slug,
    name: seat.name,
    test: seat.mode === 'test',
    zone: tenant.timezone ?? 'UTC',
    weekStart: tenant.weekStart ?? 'monday',
    twinId: seat.twinId,
    role: seat.role,
    rights: new Set(membership?.permissions),
    sells: session.billing === true,
  };
}

export const Signed = createContext<{ session: Session; workspace: Workspace } | null>(null);

export function useWorkspace(): Workspace {
  return useSigned().workspace;
}

export function useSigned() {
  const found = useContext(Signed);
  if (!found) throw new Error('a screen is shown inside of a workspace only');
  return found;
}
