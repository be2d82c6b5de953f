// The workspace's own time: frozen, moved on, let go again. What is due on the way is published on the way, and told below.
import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { FastForward, Pause, Play } from 'lucide-react';
import { answered, client, type Schemas } from '../api/client';
import { clockOf, useNow } from '../app/clock';
import { useWorkspace } from '../app/session';
import { useKeys } from '../app/shortcuts';
import { ago, clock, longDay } from '../lib/say';
import { wall } from '../lib/time';
import card from '../ui/Card.module.css';
import { refused } from '../ui/toasts';
import { Happened } from './Happened';
import { nextOf } from './queries';
import classes from './Sandbox.module.css';
import { Track } from './Track';

type Step = { to?: string; hours?: number; days?: number };
const STEPS: [string, Step][] = [
  ['+1 hour', { hours: 1 }],
  ['+1 day', { days: 1 }],
  ['+7 days', { days: 7 }],
];

export function TimeCard() {
  const { id, zone, rights } = useWorkspace();
  const cache = useQueryClient();
  const { data } = useQuery(clockOf(id));
  const now = useNow(1000);
  const at = new Date(now).toISOString();
  const { data: next } = useQuery(nextOf(id));
  const frozen = data?.state === 'frozen';
  const doing = useMutation({
    mutationFn: (call: () => Promise<Schemas['ClockResponse']>) => call(),
    onError: (error) => refused(error, 'The clock is as it was'),
    onSettled: () => cache.invalidateQueries(),
  });
  const freeze = () => answered(client.POST('/v1/sandbox/clock/freeze'));
  const resume = () => answered(client.POST('/v1/sandbox/clock/resume'));
  /** A running clock is stopped first: only one that stands is moved. */
  const advance = async (step: Step) => {
    if (!frozen) await freeze();
    return answered(client.POST('/v1/sandbox/clock/advance', { body: step as never }));
  };
  const may = rights.has('rehearse');
  const toNext = () => next && doing.mutate(() => advance({ to: next }));
  useKeys(may ? { f: () => doing.mutate(frozen ? resume : freeze), '.': toNext } : {});
  return (
    <>
      <section className={card.card} aria-label="Time of this workspace">
        <div className={classes.time}>
          <div>
            <time className={classes.clock} dateTime={at}>
              {longDay(wall(at, zone).toPlainDate().toString())}, {clock(at, zone, true)}
            </time>
            <p className={card.dim}>
              {frozen ? 'It stands' : 'It runs as everywhere'} · {zone}
              {next && ` · next post ${ago(next, now)}`}
            </p>
          </div>
          {may && (
            <div className={card.buttons}>
              <Button variant="default" leftSection={frozen ? <Play size={15} /> : <Pause size={15} />} disabled={doing.isPending} onClick={() => doing.mutate(frozen ? resume : freeze)}>
                {frozen ? 'Resume' : 'Freeze'}
              </Button>
              {STEPS.map(([label, step]) => (
                <Button key={label} variant="default" disabled={doing.isPending} onClick={() => doing.mutate(() => advance(step))}>
                  {label}
                </Button>
              ))}
              <Button leftSection={<FastForward size={15} />} disabled={!next} loading={doing.isPending} onClick={toNext}>
                To the next post
              </Button>
            </div>
          )}
        </div>
        <Track now={now} />
      </section>
      {doing.data?.rehearsed && <Happened rehearsed={doing.data.rehearsed} goOn={() => doing.mutate(() => advance({ hours: 1 }))} />}
    </>
  );
}
