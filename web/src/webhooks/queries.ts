import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { answered, client, type Schemas } from '../api/client';

export type Endpoint = Schemas['WebhookEndpoint'];
export type Delivery = Schemas['Delivery'];
export type DeliveryStatus = Delivery['status'];

const PAGE = 50;

export const endpointsOf = (workspace: string) =>
  queryOptions({
    queryKey: ['webhooks', workspace],
    queryFn: async ({ signal }) => (await answered(client.GET('/v1/webhooks', { signal }))).webhooks,
  });

export const deliveriesOf = (workspace: string, webhookId: string, status: DeliveryStatus | null) =>
  infiniteQueryOptions({
    queryKey: ['webhooks', workspace, webhookId, status],
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: PAGE, status: status ?? undefined, cursor: pageParam ?? undefined };
      return answered(client.GET('/v1/webhooks/{webhookId}/deliveries', { params: { path: { webhookId }, query }, signal }));
    },
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextCursor,
  });

export const deliveryOf = (workspace: string, deliveryId: string) =>
  queryOptions({
    queryKey: ['webhooks', workspace, 'delivery', deliveryId],
    queryFn: async ({ signal }) => (await answered(client.GET('/v1/deliveries/{deliveryId}', { params: { path: { deliveryId } }, signal }))).delivery,
  });
