// What is done about an endpoint with one click.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { answered, client } from '../api/client';
import { useWorkspace } from '../app/session';
import { refused, tell } from '../ui/toasts';
import type { Endpoint } from './queries';

export function useActs(one: Endpoint) {
  const { id } = useWorkspace();
  const cache = useQueryClient();
  const params = { path: { webhookId: one.id } };
  const onSettled = () => cache.invalidateQueries({ queryKey: ['webhooks', id] });
  const change = (enabled: boolean) => () => answered(client.PATCH('/v1/webhooks/{webhookId}', { params, body: { enabled } }));
  return {
    enable: useMutation({
      mutationFn: change(true),
      onSuccess: () => tell('Events are sent again'),
      onError: (error) => refused(error, 'It is still disabled'),
      onSettled,
    }),
    disable: useMutation({
      mutationFn: change(false),
      onSuccess: () => tell('Nothing is sent any more'),
      onError: (error) => refused(error, 'Events are still sent'),
      onSettled,
    }),
    test: useMutation({
      mutationFn: () => answered(client.POST('/v1/webhooks/{webhookId}/test', { params, body: { type: 'test.ping' } })),
      onSuccess: () => tell('A test is on its way'),
      onError: (error) => refused(error, 'No test was sent'),
      onSettled,
    }),
  };
}
