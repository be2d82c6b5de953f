import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Mail } from 'lucide-react';
import { answered, client } from '../api/client';
import { useWorkspace } from '../app/session';
import { ago, capital } from '../lib/say';
import rows from '../ui/Rows.module.css';
import { refused, tell } from '../ui/toasts';
import type { Invitation } from './Invite';
import type { InviteRow } from './queries';
import classes from './Team.module.css';

export function Invites({ invites, resent }: { invites: InviteRow[]; resent: (invitation: Invitation) => void }) {
  return (
    <section className={classes.invited} aria-label="Invited">
      <h2>Invited</h2>
      <ul className={rows.list}>
        {invites.map((one) => (
          <Row key={one.id} invite={one} resent={resent} />
        ))}
      </ul>
    </section>
  );
}

function Row({ invite, resent }: { invite: InviteRow; resent: (invitation: Invitation) => void }) {
  const { id } = useWorkspace();
  const now = Date.now(); // people live in the time of the world, whatever the workspace's clock says
  const cache = useQueryClient();
  const params = { path: { inviteId: invite.id } };
  const onSettled = () => cache.invalidateQueries({ queryKey: ['workspace', id, 'invites'] });
  const resend = useMutation({
    mutationFn: () => answered(client.POST('/v1/dashboard/invites/{inviteId}/resend', { params })),
    onSuccess: resent,
    onError: (error) => refused(error, 'The link is the one it was'),
    onSettled,
  });
  const withdraw = useMutation({
    mutationFn: () => answered(client.DELETE('/v1/dashboard/invites/{inviteId}', { params })),
    onSuccess: () => tell('The invitation is taken back: its link opens nothing any more'),
    onError: (error) => refused(error, 'The invitation is still good'),
    onSettled,
  });
  return (
    <li className={rows.row}>
      <span className={classes.initial} aria-hidden>
        <Mail size={15} />
      </span>
      <div className={classes.name}>
        <strong>{invite.email ?? 'Whoever has the link'}</strong>
        <span>ends {ago(invite.expiresAt, now)}</span>
      </div>
      <span className={classes.role}>{capital(invite.role)}</span>
      <Button size="compact-sm" variant="default" loading={resend.isPending} onClick={() => resend.mutate()}>
        {invite.email ? 'Send again' : 'New link'}
      </Button>
      <Button size="compact-sm" variant="default" loading={withdraw.isPending} onClick={() => withdraw.mutate()}>
        Withdraw
      </Button>
    </li>
  );
}
