// When it goes out: now, or at a time of the workspace's zone.
import { Button, SegmentedControl } from '@mantine/core';
import { moment } from '../lib/say';
import { city, instant, offset, plus, wall } from '../lib/time';
import classes from './When.module.css';

const MORNING = 9 * 60;
const QUARTER = 15;

export function When({ at, now, zone, change }: { at: string | null; now: number; zone: string; change: (at: string | null) => void }) {
  const today = wall(now, zone);
  const date = today.toPlainDate().toString();
  const inAnHour = today.add({ hours: 1 });
  const suggested = instant(inAnHour.toPlainDate().toString(), inAnHour.hour * 60 + Math.ceil((inAnHour.minute + 1) / QUARTER) * QUARTER % 60, zone);
  const shown = at ? wall(at, zone).toPlainDateTime().toString({ smallestUnit: 'minute' }) : '';
  return (
    <div className={classes.when}>
      <SegmentedControl
        aria-label="When it goes out"
        value={at ? 'later' : 'now'}
        onChange={(value) => change(value === 'now' ? null : suggested)}
        data={[
          { value: 'now', label: 'Now' },
          { value: 'later', label: 'At a time' },
        ]}
        withItemsBorders={false}
      />
      {at && (
        <>
          <input
            type="datetime-local"
            className={classes.field}
            aria-label={`Date and time in ${zone}`}
            value={shown}
            onChange={(event) => {
              const [day, time] = event.currentTarget.value.split('T');
              const [hour, minute] = (time ?? '').split(':').map(Number);
              if (day && hour !== undefined && minute !== undefined) change(instant(day, hour * 60 + minute, zone));
            }}
          />
          <span className={classes.zone}>
            {city(zone)} {zone === 'UTC' ? '' : offset(at, zone)}
          </span>
          <Button size="compact-sm" variant="subtle" onClick={() => change(instant(plus(date, 1), MORNING, zone))}>
            {moment(instant(plus(date, 1), MORNING, zone), zone)}
          </Button>
        </>
      )}
    </div>
  );
}
