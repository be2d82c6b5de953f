// Copies of everything, in one file: of a workspace, or of oneself. They are prepared in the background, and kept for a day.
import { Button, Loader } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { answered, client, type Schemas } from '../api/client';
import { useWorkspace } from '../app/session';
import { ownPath } from '../lib/address';
import { moment } from '../lib/say';
import { Failure } from '../ui/Notice';
import { refused } from '../ui/toasts';
import { Section } from './Section';
import classes from './Settings.module.css';

const LOOK_MS = 2000;

interface Props {
  of: 'workspace' | 'me';
  about: string;
  list: (signal: AbortSignal) => Promise<Schemas['ExportsResponse']>;
  ask: () => Promise<unknown>;
}

export const WorkspaceExports = () => (
  <Exports
    of="workspace"
    about="Everything of this workspace in one zip file: JSON lines of each table, and the files. No secret is in it."
    list={(signal) => answered(client.GET('/v1/dashboard/workspace/exports', { signal }))}
    ask={() => answered(client.POST('/v1/dashboard/workspace/export'))}
  />
);

export const OwnExports = () => (
  <Exports
    of="me"
    about="Everything that is known of you in one zip file."
    list={(signal) => answered(client.GET('/v1/dashboard/me/exports', { signal }))}
    ask={() => answered(client.POST('/v1/dashboard/me/export'))}
  />
);

function Exports({ of, about, list, ask }: Props) {
  const { id, zone } = useWorkspace();
  const cache = useQueryClient();
  const queryKey = ['workspace', id, 'exports', of];
  const { data, error, refetch } = useQuery({
    queryKey,
    queryFn: ({ signal }) => list(signal),
    refetchInterval: ({ state }) => (state.data?.exports.some((one) => one.status === 'preparing') ? LOOK_MS : false),
  });
  const { mutate, isPending } = useMutation({ mutationFn: ask, onError: (problem) => refused(problem, 'No copy is prepared'), onSettled: () => cache.invalidateQueries({ queryKey }) });
  return (
    <Section title="Export" about={about}>
      {error && <Failure error={error} retry={() => void refetch()} />}
      {!!data?.exports.length && (
        <ul className={classes.list}>
          {data.exports.map((one) => (
            <li key={one.id} className={classes.row}>
              <div className={classes.name}>
                <strong>{moment(one.createdAt, zone)}</strong>
                <span>{one.error ?? (one.status === 'preparing' ? 'being prepared' : `${((one.size ?? 0) / 1e6).toFixed(1)} MB${one.expiresAt ? `, until ${moment(one.expiresAt, zone)}` : ''}`)}</span>
              </div>
              {one.status === 'preparing' && <Loader size={16} aria-label="Being prepared" />}
              {one.url && (
                <Button component="a" href={ownPath(one.url)} download size="compact-sm" variant="default" leftSection={<Download size={14} />}>
                  Download
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      <Button className={classes.start} variant="default" loading={isPending} onClick={() => mutate()}>
        Prepare a copy
      </Button>
    </Section>
  );
}
