// How the workspace's plan stands. Asked for only where plans are sold.
import { queryOptions } from '@tanstack/react-query';
import { answered, client, type Schemas } from './client';

export type Billing = Schemas['BillingState'];
export type OfferedPlan = Schemas['OfferedPlan'];
export type Interval = 'monthly' | 'yearly';

export const billingOf = (workspace: string) =>
  queryOptions({
    queryKey: ['workspace', workspace, 'billing'],
    queryFn: ({ signal }) => answered(client.GET('/v1/billing/state', { signal })),
    staleTime: 60_000,
  });
