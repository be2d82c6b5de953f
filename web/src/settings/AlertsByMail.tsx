// Whether one is mailed what needs somebody in this workspace; where no mail comes anyway, why.
import { Switch } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { answered, client, type Schemas } from '../api/client';
import { useWorkspace } from '../app/session';
import { Failure } from '../ui/Notice';
import { refused } from '../ui/toasts';
import { Section } from './Section';

const REASONS: Record<string, string> = {
  no_mail_server: 'This server sends no mail. The dashboard tells you while it is open.',
  address_not_proven: 'No mail comes yet: you have no address that is proven to be yours. Signing in by Google, Apple or a mailed link proves one.',
  role_too_low: 'These mails are for whoever may do something about it: editors, admins and owners.',
};

export function AlertsByMail() {
  const { id, name } = useWorkspace();
  const cache = useQueryClient();
  const queryKey = ['workspace', id, 'alerts'];
  const { data, error, refetch } = useQuery({ queryKey, queryFn: async ({ signal }) => (await answered(client.GET('/v1/dashboard/me/alerts', { signal }))).alertsByMail });
  const { mutate, isPending } = useMutation({
    mutationFn: (wanted: boolean) => answered(client.PATCH('/v1/dashboard/me/alerts', { body: { wanted } })),
    onSuccess: (answer: Schemas['AlertsByMailResponse']) => cache.setQueryData(queryKey, answer.alertsByMail),
    onError: (problem) => refused(problem, 'It is as it was'),
  });
  return (
    <Section title="Mail when something needs you" about="A post that did not go out, or may be live, or is overdue; a login that has ended. Each is told once, and a bad night is one mail.">
      {error && <Failure error={error} retry={() => void refetch()} />}
      {data && (
        <Switch
          label={`Mail me about ${name}`}
          description={data.reason ? REASONS[data.reason] : `To ${data.address}`}
          checked={data.wanted}
          disabled={isPending || data.reason === 'no_mail_server' || data.reason === 'role_too_low'}
          onChange={(event) => mutate(event.currentTarget.checked)}
        />
      )}
    </Section>
  );
}
