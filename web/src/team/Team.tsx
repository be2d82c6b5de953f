// The people of a workspace: who they are, what they may do, who is invited, and what they did.
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { UserPlus } from 'lucide-react';
import { useState } from 'react';
import { useWorkspace } from '../app/session';
import { SettingsPage } from '../app/SettingsPage';
import { Failure } from '../ui/Notice';
import { Tabs } from '../ui/Tabs';
import { useQueryOf } from '../app/query';
import { Audit } from './Audit';
import { Invitation, Invite } from './Invite';
import { Invites } from './Invites';
import { Members } from './Members';
import { invitesOf, membersOf } from './queries';

export function Team() {
  const { id, rights } = useWorkspace();
  const [params, change] = useQueryOf();
  const may = rights.has('members');
  const members = useQuery({ ...membersOf(id), enabled: may });
  const invites = useQuery({ ...invitesOf(id), enabled: may });
  const [inviting, setInviting] = useState(false);
  const [made, setMade] = useState<Invitation | null>(null);
  const tab = params.get('tab') === 'audit' ? 'audit' : 'people';
  const error = members.error ?? invites.error;
  return (
    <SettingsPage
      at="settings/team"
      title="Team"
      actions={
        may && (
          <Button leftSection={<UserPlus size={16} />} onClick={() => setInviting(true)}>
            Invite somebody
          </Button>
        )
      }
    >
      {!may && <p>Who is in this workspace is for its admins to see.</p>}
      {error && <Failure error={error} retry={() => void Promise.all([members.refetch(), invites.refetch()])} />}
      {may && (
        <Tabs
          label="Team"
          chosen={tab}
          choose={(to) => change({ tab: to === 'people' ? null : to })}
          tabs={[
            ['people', `People ${members.data?.length ?? ''}`],
            ['audit', 'What they did'],
          ]}
        >
          {tab === 'people' && (
            <>
              {members.data && <Members members={members.data} />}
              {!!invites.data?.length && <Invites invites={invites.data} resent={setMade} />}
            </>
          )}
          {tab === 'audit' && <Audit />}
        </Tabs>
      )}
      {inviting && <Invite close={() => setInviting(false)} made={setMade} />}
      {made && <Invitation invitation={made} close={() => setMade(null)} />}
    </SettingsPage>
  );
}
