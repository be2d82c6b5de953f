// What goes out again and again: by which rule, when next, what was left out and why; and an end to it.
import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { answered, client, type Schemas } from '../api/client';
import { useWorkspace } from '../app/session';
import { inWords } from '../lib/rules';
import { counted, moment } from '../lib/say';
import card from '../ui/Card.module.css';
import { Empty, Failure } from '../ui/Notice';
import rows from '../ui/Rows.module.css';
import { refused, tell } from '../ui/toasts';
import classes from './Repeats.module.css';

export function Repeats() {
  const { id, zone, rights } = useWorkspace();
  const cache = useQueryClient();
  const { data, error, refetch } = useQuery({
    queryKey: ['posts', id, 'repeats'],
    queryFn: ({ signal }) => answered(client.GET('/v1/repeats', { signal })),
  });
  const end = useMutation({
    mutationFn: (repeatId: string) => answered(client.DELETE('/v1/repeats/{repeatId}', { params: { path: { repeatId } } })),
    onSuccess: () => tell('It has ended: what was not sent is canceled'),
    onError: (why) => refused(why, 'It goes on'),
    onSettled: () => cache.invalidateQueries({ queryKey: ['posts', id] }),
  });
  if (error && !data) return <Failure error={error} retry={() => void refetch()} />;
  if (!data) return null;
  if (!data.repeats.length) return <Empty title="Nothing is repeated">Open a post and choose “Repeat” to have it go out again and again.</Empty>;
  return (
    <ul className={rows.list}>
      {data.repeats.map((one) => (
        <li key={one.id} className={rows.row}>
          <div className={classes.what}>
            <strong>{textOf(one)}</strong>
            <span className={card.dim}>
              {inWords(one.rule, one.timezone)}. {one.nextAtUtc ? `The next that is not scheduled yet: ${moment(one.nextAtUtc, zone)}.` : one.ended ? 'It has ended.' : 'All of it is scheduled.'}
              {one.skipped.length > 0 && ` ${counted(one.skipped.length, 'time')} left out: ${one.skipped.at(-1)?.message ?? ''}`}
            </span>
          </div>
          {!one.ended && rights.has('cancel') && (
            <Button size="compact-sm" variant="default" loading={end.isPending && end.variables === one.id} onClick={() => end.mutate(one.id)}>
              End it
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}

function textOf(one: Schemas['Repeat']): string {
  const said = one.post as { description?: string; name?: string };
  return said.name || said.description || 'A post without words';
}
