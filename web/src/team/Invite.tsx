// An invitation is a link, good once and for some days; where the server sends mail it goes to an address too.
import { Button, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Copy } from 'lucide-react';
import { useState } from 'react';
import { answered, client, type Schemas } from '../api/client';
import { useWorkspace } from '../app/session';
import { Dialog } from '../ui/Dialog';
import { copy } from '../ui/JsonView';
import { Failure, Notice } from '../ui/Notice';
import { RoleSelect } from './RoleSelect';
import type { Role } from './queries';
import classes from './Team.module.css';

export type Invitation = Schemas['InviteResponse'];

export function Invite({ close, made }: { close: () => void; made: (invitation: Invitation) => void }) {
  const { id } = useWorkspace();
  const cache = useQueryClient();
  const [role, setRole] = useState<Role>('editor');
  const [email, setEmail] = useState('');
  const { mutate, error, isPending } = useMutation({
    mutationFn: () => answered(client.POST('/v1/dashboard/invites', { body: { role, email: email.trim() || undefined } })),
    onSuccess: (answer) => {
      close();
      made(answer);
    },
    onSettled: () => cache.invalidateQueries({ queryKey: ['workspace', id, 'invites'] }),
  });
  return (
    <Dialog title="Invite somebody" close={close}>
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          mutate();
        }}
      >
        <TextInput
          type="email"
          label="Their address"
          description="Only who has this address can come in. Without one, whoever has the link."
          placeholder="ines@example.org"
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
          data-autofocus
        />
        <RoleSelect role={role} choose={setRole} />
        {error && <Failure error={error} />}
        <Button type="submit" loading={isPending}>
          Make the invitation
        </Button>
      </form>
    </Dialog>
  );
}

export function Invitation({ invitation, close }: { invitation: Invitation; close: () => void }) {
  const { invite, url, mailed } = invitation;
  return (
    <Dialog title="The invitation" close={close} size="lg">
      <Notice>
        {mailed
          ? `A mail with the link is on its way to ${invite.email}.`
          : `${invite.email ? 'No mail was sent: this server sends none, or that address has had enough of them for now. ' : ''}Hand this link on: it is shown here and nowhere else.`}
      </Notice>
      <pre className={classes.link} tabIndex={0} aria-label="Link of the invitation">
        {url}
      </pre>
      <Button leftSection={<Copy size={15} />} onClick={() => void copy(url ?? '', 'The link is copied')}>
        Copy the link
      </Button>
    </Dialog>
  );
}
