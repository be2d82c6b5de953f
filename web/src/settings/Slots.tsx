// The times of a week at which posts usually go out: what a composer offers as the next free one.
import { ActionIcon, Button, Select } from '@mantine/core';
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Plus, X } from 'lucide-react';
import { useState } from 'react';
import { accountsOf, nameOf } from '../api/accounts';
import { answered, client, type Schemas } from '../api/client';
import { useWorkspace } from '../app/session';
import { SettingsPage } from '../app/SettingsPage';
import { capital, counted, moment } from '../lib/say';
import { labelOf } from '../ui/Glyph';
import { Failure } from '../ui/Notice';
import { refused } from '../ui/toasts';
import { Section } from './Section';
import classes from './Slots.module.css';

type Slot = Schemas['Slot'];
const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
const EVERY = 'every';

const slotsOf = (workspace: string) =>
  queryOptions({ queryKey: ['slots', workspace], queryFn: ({ signal }) => answered(client.GET('/v1/dashboard/slots', { signal })) });

export function Slots() {
  const { id, zone, rights } = useWorkspace();
  const { data, error, refetch } = useQuery(slotsOf(id));
  const { data: accounts = [] } = useQuery(accountsOf(id));
  const [of, setOf] = useState(EVERY);
  const week = data?.slots.find((one) => (one.accountId ?? EVERY) === of);
  const common = data?.slots.find((one) => one.accountId === null)?.times ?? [];
  const own = new Set(data?.slots.flatMap((one) => one.accountId ?? []));
  return (
    <SettingsPage at="settings/slots" title="Posting times">
      {error && <Failure error={error} retry={() => void refetch()} />}
      {data && (
        <Section title="When posts usually go out" about={`Times of ${zone}. Nothing goes out by them: they are what the composer offers, the next free one first.`}>
          <Select
            label="Of which account"
            value={of}
            onChange={(value) => setOf(value ?? EVERY)}
            data={[
              { value: EVERY, label: 'All accounts that have no times of their own' },
              ...accounts.filter((one) => one.publishable).map((one) => ({ value: one.id, label: `${nameOf(one)} (${labelOf(one.provider)})${own.has(one.id) ? ', its own times' : ''}` })),
            ]}
            allowDeselect={false}
          />
          <Week key={of} of={of} times={week?.times ?? []} common={of === EVERY ? [] : common} may={rights.has('publish')} />
          <NextFree of={of} />
        </Section>
      )}
    </SettingsPage>
  );
}

function Week({ of, times, common, may }: { of: string; times: Slot[]; common: Slot[]; may: boolean }) {
  const { id } = useWorkspace();
  const cache = useQueryClient();
  const { mutate, isPending } = useMutation({
    mutationFn: (next: Slot[]) => answered(client.PUT('/v1/dashboard/slots', { body: { accountId: of === EVERY ? undefined : of, times: next } })),
    onSuccess: (answer) => cache.setQueryData(slotsOf(id).queryKey, answer),
    onError: (error) => refused(error, 'The times are as they were'),
    onSettled: () => cache.invalidateQueries({ queryKey: ['slots', id] }),
  });
  const add = (weekday: Slot['weekday'], time: string) => time && !times.some((one) => one.weekday === weekday && one.time === time) && mutate([...times, { weekday, time }]);
  return (
    <>
      {!times.length && common.length > 0 && <p className={classes.dim}>It goes by the {counted(common.length, 'time')} of all accounts. Give it one of its own, and only its own count.</p>}
      <ul className={classes.week} aria-busy={isPending}>
        {WEEKDAYS.map((weekday) => (
          <li key={weekday}>
            <h3>{capital(weekday)}</h3>
            <div className={classes.times}>
              {times
                .filter((one) => one.weekday === weekday)
                .map((one) => (
                  <span key={one.time} className={classes.slot}>
                    <time>{one.time}</time>
                    {may && (
                      <ActionIcon size={24} variant="subtle" color="gray" aria-label={`Take ${capital(weekday)} ${one.time} away`} onClick={() => mutate(times.filter((other) => other !== one))}>
                        <X size={13} />
                      </ActionIcon>
                    )}
                  </span>
                ))}
              {may && <Add weekday={weekday} add={(time) => add(weekday, time)} />}
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}

function Add({ weekday, add }: { weekday: string; add: (time: string) => void }) {
  const [time, setTime] = useState('09:30');
  const [open, setOpen] = useState(false);
  if (!open) {
    return (
      <ActionIcon variant="default" size={30} aria-label={`Add a time on ${capital(weekday)}`} onClick={() => setOpen(true)}>
        <Plus size={15} />
      </ActionIcon>
    );
  }
  return (
    <form
      className={classes.adding}
      onSubmit={(event) => {
        event.preventDefault();
        add(time);
        setOpen(false);
      }}
    >
      <input type="time" aria-label={`A time on ${capital(weekday)}`} value={time} onChange={(event) => setTime(event.currentTarget.value)} autoFocus />
      <Button type="submit" size="compact-sm">
        Add
      </Button>
    </form>
  );
}

function NextFree({ of }: { of: string }) {
  const { id, zone } = useWorkspace();
  const { data } = useQuery({
    queryKey: ['slots', id, 'free', of],
    queryFn: ({ signal }) => answered(client.GET('/v1/dashboard/slots/next', { params: { query: { accounts: of === EVERY ? '' : of, count: 3 } }, signal })),
  });
  if (!data?.slots.length) return null;
  return <p className={classes.dim}>Next free: {data.slots.map((one) => moment(one.atUtc, zone)).join(' · ')}</p>;
}
