import { Select } from '@mantine/core';
import { useWorkspace } from '../app/session';
import { capital } from '../lib/say';
import { givable, ROLES, type Role } from './queries';

export function RoleSelect({ role, choose }: { role: Role; choose: (role: Role) => void }) {
  const { role: own } = useWorkspace();
  const meaning = ROLES.find(([one]) => one === role)?.[1];
  return (
    <Select
      label="Role"
      description={meaning && `${capital(role)}: ${meaning}`}
      value={role}
      onChange={(value) => value && choose(value as Role)}
      data={givable(own).map(([value]) => ({ value, label: capital(value) }))}
      allowDeselect={false}
    />
  );
}
