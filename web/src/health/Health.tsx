// Whether everything works: a verdict first, then what it is made of, each part with what is to be done where something is wrong.
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Check, CircleCheck, OctagonAlert, TriangleAlert } from 'lucide-react';
import { Link } from 'wouter';
import { answered, client } from '../api/client';
import { serverOf } from '../api/health';
import { useWorkspace } from '../app/session';
import { clock } from '../lib/say';
import card from '../ui/Card.module.css';
import { Failure } from '../ui/Notice';
import { Page } from '../ui/Page';
import { Doctor } from './Doctor';
import classes from './Health.module.css';
import { partsOf, verdictOf, type Part } from './verdict';

const AGAIN_MS = 15_000;
const ICONS = { good: CircleCheck, look: TriangleAlert, bad: OctagonAlert };

export function Health() {
  const { id, slug, rights, zone } = useWorkspace();
  const server = useQuery({ ...serverOf, refetchInterval: AGAIN_MS });
  const workspace = useQuery({
    queryKey: ['posts', id, 'health'],
    queryFn: ({ signal }) => answered(client.GET('/v1/workspace/health', { signal })),
  });
  const again = () => void Promise.all([server.refetch(), workspace.refetch()]);
  const error = server.error ?? workspace.error;
  const parts = server.data && workspace.data ? partsOf(server.data, workspace.data.health, slug) : null;
  return (
    <Page
      title="Health"
      beside={server.data && <span className={classes.checked}>as of {clock(server.data.now, zone, true)}</span>}
      actions={
        <Button variant="default" loading={server.isFetching} onClick={again}>
          Check again
        </Button>
      }
    >
      {error && <Failure error={error} retry={again} />}
      {parts && (
        <div className={classes.all}>
          <Verdict parts={Object.values(parts).flat()} />
          <div className={classes.groups}>
            <Group title="Publishing" parts={parts.publishing} />
            <Group title="This server" parts={parts.server} />
          </div>
          {rights.has('own') && <Doctor />}
        </div>
      )}
    </Page>
  );
}

function Verdict({ parts }: { parts: Part[] }) {
  const { tone, title, why } = verdictOf(parts);
  const Icon = ICONS[tone];
  return (
    <section className={classes.verdict} data-tone={tone} role="status" aria-label="Verdict">
      <Icon size={30} strokeWidth={1.8} aria-hidden />
      <div>
        <h2>{title}</h2>
        <p>{why}</p>
      </div>
    </section>
  );
}

function Group({ title, parts }: { title: string; parts: Part[] }) {
  return (
    <section className={card.card} aria-label={title}>
      <h2>{title}</h2>
      <ul className={classes.list}>
        {parts.map((part) => (
          <li key={part.what} data-tone={part.tone}>
            {part.tone === 'good' ? <Check size={17} aria-label="good" /> : <TriangleAlert size={17} aria-label="to look at" />}
            <div>
              <strong>{part.what}</strong>
              <span>{part.how}</span>
            </div>
            {part.to && <Link href={part.to[1]}>{part.to[0]}</Link>}
          </li>
        ))}
      </ul>
    </section>
  );
}
