// A workspace: its name, whose clock it goes by, how its media are treated; copies of it, and its end.
import { Button, NumberInput, Select, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answered, client } from '../api/client';
import { useSigned } from '../app/session';
import { SettingsPage } from '../app/SettingsPage';
import { Failure, Notice } from '../ui/Notice';
import { tell } from '../ui/toasts';
import { Section } from './Section';
import { Deletion } from './Deletion';
import { WorkspaceExports } from './Exports';
import { Twin } from './Twin';
import classes from './Settings.module.css';

export function WorkspaceSettings() {
  const { workspace } = useSigned();
  return (
    <SettingsPage at="settings" title="Workspace">
      {!workspace.rights.has('workspace') && <Notice>An admin of the workspace can change these.</Notice>}
      <General key={workspace.id} />
      <Twin />
      {workspace.rights.has('own') && <WorkspaceExports />}
      {workspace.rights.has('own') && <Deletion />}
    </SettingsPage>
  );
}

const WEEKS = [
  { value: 'monday', label: 'Monday' },
  { value: 'saturday', label: 'Saturday' },
  { value: 'sunday', label: 'Sunday' },
];
const POLICIES = [
  { value: 'strict', label: 'Refuse it and say why' },
  { value: 'fit', label: 'Change it as little as it takes' },
];

function General() {
  const { session, workspace } = useSigned();
  const cache = useQueryClient();
  const tenant = session.tenant!;
  const [form, setForm] = useState({
    name: workspace.name,
    timezone: workspace.zone,
    weekStart: workspace.weekStart as string,
    mediaPolicy: (tenant.mediaPolicy ?? 'strict') as string,
  });
  const before = { name: workspace.name, timezone: workspace.zone, weekStart: workspace.weekStart, mediaPolicy: tenant.mediaPolicy ?? 'strict' };
  const changed = Object.fromEntries(Object.entries(form).filter(([name, value]) => value !== before[name as keyof typeof before]));
  const [late, setLate] = useState<number | string>(tenant.maxLateMinutes ?? '');
  const body = { ...changed, ...(typeof late === 'number' && late !== tenant.maxLateMinutes ? { maxLateMinutes: late } : {}) } as { name?: string; maxLateMinutes?: number };
  const set = (name: keyof typeof form) => (value: string | null) => value !== null && setForm({ ...form, [name]: value });
  const { mutate, error, isPending } = useMutation({
    mutationFn: () => answered(client.PATCH('/v1/dashboard/workspace', { body })),
    onSuccess: () => {
      tell('The workspace is changed');
    },
    onSettled: () => cache.invalidateQueries(),
  });
  const may = workspace.rights.has('workspace');
  return (
    <Section title="General">
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          mutate();
        }}
      >
        <TextInput label="Name" required disabled={!may} value={form.name} onChange={(event) => setForm({ ...form, name: event.currentTarget.value })} />
        <Select
          label="Time zone"
          description="Whose clock the calendar goes by. Posts keep their instants."
          searchable
          limit={80}
          disabled={!may}
          value={form.timezone}
          onChange={set('timezone')}
          data={[...new Set([form.timezone, 'UTC', ...Intl.supportedValuesOf('timeZone')])]}
          allowDeselect={false}
        />
        <Select label="A week begins on" disabled={!may} value={form.weekStart} onChange={set('weekStart')} data={WEEKS} allowDeselect={false} />
        <Select
          label="A file that a network does not take as it is"
          disabled={!may}
          value={form.mediaPolicy}
          onChange={set('mediaPolicy')}
          data={POLICIES}
          allowDeselect={false}
        />
        <NumberInput
          label="A post may go out so many minutes late"
          description="Past that, it fails in place of going out too late."
          min={1}
          allowDecimal={false}
          disabled={!may}
          value={late}
          onChange={setLate}
          placeholder="as the server is set"
          hideControls
        />
        {error && <Failure error={error} />}
        {may && (
          <Button type="submit" disabled={!Object.keys(body).length || !form.name.trim()} loading={isPending}>
            Save the changes
          </Button>
        )}
      </form>
    </Section>
  );
}
