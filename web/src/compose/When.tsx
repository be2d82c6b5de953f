// When it goes out: now, at the next free time of the week, or at a time that is said or picked. The zone is always told.
import { Popover, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { CalendarClock, ChevronDown, Zap } from 'lucide-react';
import { useState } from 'react';
import { longDay, moment, clock } from '../lib/say';
import { city, instant, offset, wall } from '../lib/time';
import { freeSlotsOf } from './slots';
import { understood } from './understood';
import classes from './When.module.css';
import { NEXT, type When as At } from './writing';

interface Props {
  workspace: string;
  accounts: string[];
  at: At;
  now: number;
  zone: string;
  change: (at: At) => void;
  /** A post that is being changed has a time; it does not go out now. */
  timed?: boolean;
}

export function When({ workspace, accounts, at, now, zone, change, timed = false }: Props) {
  const [open, setOpen] = useState(false);
  const { data: free = [] } = useQuery(freeSlotsOf(workspace, accounts));
  const due = at === NEXT ? (free[0]?.atUtc ?? null) : at;
  const isSlot = free.some((slot) => slot.atUtc === due);
  const choose = (next: At) => {
    change(next);
    setOpen(false);
  };
  return (
    <Popover opened={open} onChange={setOpen} position="top-start" width={330} shadow="md" trapFocus returnFocus transitionProps={{ duration: 0 }}>
      <Popover.Target>
        <button type="button" className={classes.when} data-place="when" aria-haspopup="dialog" aria-expanded={open} onClick={() => setOpen(!open)}>
          {at === null ? <Zap size={17} aria-hidden /> : <CalendarClock size={17} aria-hidden />}
          <span>
            <strong>{due ? `${longDay(wall(due, zone).toPlainDate().toString()).replace(/ \d{4}$/, '')}, ${clock(due, zone)}` : at === NEXT ? 'No free slot' : 'Now'}</strong>
            <small>{due ? `${zone}${isSlot ? ' · next free slot' : ''}` : at === NEXT ? 'Set slots, or choose a time' : 'as soon as it is sent'}</small>
          </span>
          <ChevronDown size={15} aria-hidden />
        </button>
      </Popover.Target>
      <Popover.Dropdown aria-label="When it goes out">
        <div className={classes.ways}>
          {!timed && (
            <button type="button" aria-pressed={at === null} onClick={() => choose(null)}>
              <Zap size={15} aria-hidden /> Now
            </button>
          )}
          {free.map((slot, number) => (
            <button key={slot.atUtc} type="button" aria-pressed={due === slot.atUtc} onClick={() => choose(number === 0 && !timed ? NEXT : slot.atUtc)}>
              <CalendarClock size={15} aria-hidden /> {moment(slot.atUtc, zone)} <small>{number === 0 ? 'next free slot' : 'free'}</small>
            </button>
          ))}
        </div>
        <Picked at={due} now={now} zone={zone} change={change} />
        <Spoken now={now} zone={zone} change={choose} />
      </Popover.Dropdown>
    </Popover>
  );
}

const QUARTER = 15;

function Picked({ at, now, zone, change }: { at: string | null; now: number; zone: string; change: (at: string) => void }) {
  const next = wall(now, zone).add({ hours: 1 });
  const shown = at ? wall(at, zone) : next.with({ minute: Math.floor(next.minute / QUARTER) * QUARTER });
  return (
    <label className={classes.label}>
      Date and time in {city(zone)} {zone === 'UTC' ? '' : offset(at ?? now, zone)}
      <input
        type="datetime-local"
        className={classes.field}
        value={shown.toPlainDateTime().toString({ smallestUnit: 'minute' })}
        onChange={(event) => {
          const [day, time] = event.currentTarget.value.split('T');
          const [hour, minute] = (time ?? '').split(':').map(Number);
          if (day && hour !== undefined && minute !== undefined) change(instant(day, hour * 60 + minute, zone));
        }}
      />
    </label>
  );
}

function Spoken({ now, zone, change }: { now: number; zone: string; change: (at: string) => void }) {
  const [said, setSaid] = useState('');
  const found = said ? understood(said, now, zone) : null;
  return (
    <TextInput
      label="Or say it"
      placeholder="in 2 h · mon 9 · tomorrow 18:30"
      value={said}
      onChange={(event) => setSaid(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || !found) return;
        event.preventDefault();
        event.stopPropagation();
        change(found);
      }}
      description={found ? `${moment(found, zone)}: press Enter` : said ? 'Not understood' : undefined}
    />
  );
}
