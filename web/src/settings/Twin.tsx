// A live workspace has a test workspace of the same people beside it, in which everything can be tried.
import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { answered, client } from '../api/client';
import { useSigned } from '../app/session';
import { refused, tell } from '../ui/toasts';
import { Section } from './Section';
import classes from './Settings.module.css';

export function Twin() {
  const { session, workspace } = useSigned();
  const [, go] = useLocation();
  const cache = useQueryClient();
  const twin = session.workspaces?.find((one) => one.id === workspace.twinId);
  const make = useMutation({
    mutationFn: () => answered(client.POST('/v1/dashboard/workspace/twin')),
    onSuccess: () => tell('The test workspace is made'),
    onError: (error) => refused(error, 'There is no test workspace'),
    onSettled: () => cache.invalidateQueries(),
  });
  if (!twin && (workspace.test || !workspace.rights.has('workspace'))) return null;
  return (
    <Section
      title={workspace.test ? 'Its live workspace' : 'Its test workspace'}
      about={workspace.test ? 'What is published there goes to the world.' : 'The same people, simulated networks: what is published there nobody outside sees.'}
    >
      {twin ? (
        <Button className={classes.start} variant="default" onClick={() => go(`/w/${twin.slug}/calendar`)}>
          Go to {twin.name}
        </Button>
      ) : (
        <Button className={classes.start} variant="default" loading={make.isPending} onClick={() => make.mutate()}>
          Make a test workspace
        </Button>
      )}
    </Section>
  );
}
