// The workspace's own time: frozen, advanced, let go again. What is due on the way is published on the way.
import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from 'wouter';
import { answered, client, type Schemas } from '../api/client';
import { clockOf, useNow } from '../app/clock';
import { useWorkspace } from '../app/session';
import { clock, counted, longDay, moment } from '../lib/say';
import { wall } from '../lib/time';
import { Glyph } from '../ui/Glyph';
import { refused } from '../ui/toasts';
import classes from './Sandbox.module.css';

const STEPS: [string, { hours?: number; days?: number }][] = [
  ['+1 hour', { hours: 1 }],
  ['+1 day', { days: 1 }],
  ['+7 days', { days: 7 }],
];

export function ClockCard() {
  const { id, zone, rights } = useWorkspace();
  const cache = useQueryClient();
  const { data } = useQuery(clockOf(id));
  const now = new Date(useNow(1000)).toISOString();
  const doing = useMutation({
    mutationFn: (call: () => Promise<Schemas['ClockResponse']>) => call(),
    onError: (error) => refused(error, 'The clock is as it was'),
    onSettled: () => cache.invalidateQueries(),
  });
  const freeze = () => answered(client.POST('/v1/sandbox/clock/freeze'));
  const resume = () => answered(client.POST('/v1/sandbox/clock/resume'));
  const frozen = data?.state === 'frozen';
  const rehearsed = doing.data?.rehearsed;
  return (
    <section className={classes.card} aria-label="Clock of this workspace">
      <time className={classes.clock} dateTime={now}>
        {clock(now, zone, true)}
      </time>
      <p className={classes.dim}>
        {longDay(wall(now, zone).toPlainDate().toString())} · {frozen ? 'frozen' : 'running'}
      </p>
      {rights.has('rehearse') && (
        <div className={classes.buttons}>
          <Button variant="default" loading={doing.isPending} onClick={() => doing.mutate(frozen ? resume : freeze)}>
            {frozen ? 'Resume' : 'Freeze'}
          </Button>
          {STEPS.map(([label, step]) => (
            <Button key={label} variant="default" disabled={!frozen || doing.isPending} onClick={() => doing.mutate(() => answered(client.POST('/v1/sandbox/clock/advance', { body: step })))}>
              {label}
            </Button>
          ))}
        </div>
      )}
      {!frozen && <p className={classes.dim}>Freeze it to move it on: what is due on the way is published on the way.</p>}
      {rehearsed && <Happened rehearsed={rehearsed} />}
    </section>
  );
}

function Happened({ rehearsed }: { rehearsed: Schemas['Rehearsed'] }) {
  const { slug, zone } = useWorkspace();
  return (
    <div role="status">
      <p>
        {counted(rehearsed.events.length, 'outcome')} on the way.{!rehearsed.complete && ' More is due: go on.'}
      </p>
      <ol className={classes.events}>
        {rehearsed.events.map((event) => (
          <li key={event.postId + event.attemptNo}>
            <time dateTime={event.at}>{moment(event.at, zone, true)}</time>
            <Glyph provider={event.provider} named />
            <Link href={`/w/${slug}/posts/${event.postId}`}>{event.code ?? 'under way'}</Link>
          </li>
        ))}
      </ol>
    </div>
  );
}
