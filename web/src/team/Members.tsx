import { ActionIcon, Button, Menu } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Ellipsis } from 'lucide-react';
import { useState } from 'react';
import { answered, client } from '../api/client';
import { useSigned } from '../app/session';
import { ago, capital } from '../lib/say';
import { Dialog } from '../ui/Dialog';
import { Failure } from '../ui/Notice';
import rows from '../ui/Rows.module.css';
import { tell } from '../ui/toasts';
import { givable, type Member, type Role } from './queries';
import { RoleSelect } from './RoleSelect';
import classes from './Team.module.css';

export const calledBy = (member: Pick<Member, 'name' | 'email'>) => member.name || member.email || 'Somebody without a name';

export function Members({ members }: { members: Member[] }) {
  return (
    <ul className={rows.list}>
      {members.map((one) => (
        <Row key={one.id} member={one} />
      ))}
    </ul>
  );
}

function Row({ member }: { member: Member }) {
  const { session, workspace } = useSigned();
  const now = Date.now(); // people live in the time of the world, whatever the workspace's clock says
  const [asking, setAsking] = useState<'role' | 'remove' | null>(null);
  const own = session.user?.id === member.id;
  const may = givable(workspace.role).some(([role]) => role === member.role);
  return (
    <li className={rows.row}>
      <span className={classes.initial} aria-hidden>
        {calledBy(member).charAt(0).toUpperCase()}
      </span>
      <div className={classes.name}>
        <strong>
          {calledBy(member)} {own && <small>you</small>}
        </strong>
        <span>
          {member.email ?? 'no address'} · here since {ago(member.joinedAt, now)}
        </span>
      </div>
      <span className={classes.role} data-role={member.role}>
        {capital(member.role)}
      </span>
      {(may || own) && (
        <Menu position="bottom-end" shadow="md">
          <Menu.Target>
            <ActionIcon variant="subtle" color="gray" aria-label={`More about ${calledBy(member)}`}>
              <Ellipsis size={17} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {may && <Menu.Item onClick={() => setAsking('role')}>Give another role…</Menu.Item>}
            <Menu.Item color="red" onClick={() => setAsking('remove')}>
              {own ? 'Leave the workspace…' : 'Remove…'}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
      {asking === 'role' && <ChangeRole member={member} close={() => setAsking(null)} />}
      {asking === 'remove' && <Remove member={member} own={own} close={() => setAsking(null)} />}
    </li>
  );
}

function useAsked(close: () => void, said: string, call: () => Promise<unknown>) {
  const { workspace } = useSigned();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: call,
    onSuccess: () => {
      tell(said);
      close();
    },
    onSettled: () => cache.invalidateQueries({ queryKey: ['workspace', workspace.id] }),
  });
}

function ChangeRole({ member, close }: { member: Member; close: () => void }) {
  const [role, setRole] = useState<Role>(member.role);
  const { mutate, error, isPending } = useAsked(close, `${calledBy(member)} is ${role} now`, () =>
    answered(client.PATCH('/v1/dashboard/members/{userId}', { params: { path: { userId: member.id } }, body: { role } })),
  );
  return (
    <Dialog title={`What ${calledBy(member)} may do`} close={close}>
      <RoleSelect role={role} choose={setRole} />
      {error && <Failure error={error} />}
      <Button disabled={role === member.role} loading={isPending} onClick={() => mutate()}>
        Make {calledBy(member)} {role}
      </Button>
    </Dialog>
  );
}

function Remove({ member, own, close }: { member: Member; own: boolean; close: () => void }) {
  const { workspace } = useSigned();
  const { mutate, error, isPending } = useAsked(close, own ? 'You have left' : `${calledBy(member)} is not in the workspace any more`, () =>
    answered(client.DELETE('/v1/dashboard/members/{userId}', { params: { path: { userId: member.id } } })),
  );
  return (
    <Dialog title={own ? `Leave ${workspace.name}?` : `Remove ${calledBy(member)}?`} close={close}>
      <p>{own ? 'You come back by an invitation only.' : 'They are signed out of it at once, and come back by an invitation only. What they made stays.'}</p>
      {error && <Failure error={error} />}
      <Button color="red" loading={isPending} onClick={() => mutate()}>
        {own ? `Leave ${workspace.name}` : `Remove ${calledBy(member)}`}
      </Button>
    </Dialog>
  );
}
