// In whose zone the times are is always on the screen, and can be changed there.
import { Button, Menu, TextInput } from '@mantine/core';
import { Globe } from 'lucide-react';
import { useState } from 'react';
import { useWorkspace } from '../app/session';
import { browserZone, city, offset } from '../lib/time';
import classes from './ZonePicker.module.css';

const MOST = 8;

export function ZonePicker({ zone, at, choose, narrow }: { zone: string; at: string; choose: (zone: string | null) => void; narrow: boolean }) {
  const own = useWorkspace().zone;
  const [search, setSearch] = useState('');
  const words = search.trim().toLowerCase().replaceAll(' ', '_');
  const found = words
    ? Intl.supportedValuesOf('timeZone').filter((one) => one.toLowerCase().includes(words)).slice(0, MOST)
    : [...new Set([own, browserZone(), 'UTC'])];
  return (
    <Menu position="bottom-end" width={280} shadow="md">
      <Menu.Target>
        <Button
          variant="default"
          leftSection={narrow ? undefined : <Globe size={16} />}
          px={narrow ? 9 : undefined}
          maw={narrow ? 92 : undefined}
          className={zone === own ? undefined : classes.other}
          aria-label={`Times are those of ${zone}, ${offset(at, zone)}`}
        >
          {city(zone)} {!narrow && <span className={classes.offset}>{zone === 'UTC' ? '' : offset(at, zone)}</span>}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <TextInput
          aria-label="Search for a city"
          placeholder="Search for a city"
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
          className={classes.search}
        />
        {found.map((one) => (
          <Menu.Item key={one} onClick={() => choose(one === own ? null : one)} rightSection={<small className="numbers">{offset(at, one)}</small>}>
            {one.replaceAll('_', ' ')}
            {one === own && <small className={classes.what}> of the workspace</small>}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
