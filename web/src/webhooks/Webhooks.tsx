// Where the workspace's events are sent.
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'wouter';
import { useNow } from '../app/clock';
import { useWorkspace } from '../app/session';
import { ago } from '../lib/say';
import { Empty, Failure } from '../ui/Notice';
import { Page } from '../ui/Page';
import rows from '../ui/Rows.module.css';
import { Status } from '../ui/Status';
import { EndpointForm } from './EndpointForm';
import { endpointsOf, type Endpoint } from './queries';
import { Secret } from './Secret';
import classes from './Webhooks.module.css';
import { ENDPOINT, hostOf, typesIn } from './words';

export function Webhooks() {
  const { id } = useWorkspace();
  const { data, error, refetch } = useQuery(endpointsOf(id));
  const [adding, setAdding] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const add = (
    <Button leftSection={<Plus size={16} />} onClick={() => setAdding(true)}>
      Add a webhook
    </Button>
  );
  return (
    <Page title="Webhooks" actions={add}>
      {error && <Failure error={error} retry={() => void refetch()} />}
      {data && !data.length && (
        <Empty title="Events are sent nowhere" action={add}>
          What happens here, a post that is published or an account to connect again, can be sent to an address of yours.
        </Empty>
      )}
      {!!data?.length && (
        <ul className={rows.list}>
          {data.map((one) => (
            <Row key={one.id} one={one} />
          ))}
        </ul>
      )}
      {adding && <EndpointForm close={() => setAdding(false)} made={setSecret} />}
      {secret && <Secret secret={secret} close={() => setSecret(null)} />}
    </Page>
  );
}

function Row({ one }: { one: Endpoint }) {
  const { slug } = useWorkspace();
  const now = useNow();
  const [look, word] = ENDPOINT[one.status];
  return (
    <li className={rows.row}>
      <div className={classes.name}>
        <Link href={`/w/${slug}/webhooks/${one.id}`}>{one.description || hostOf(one.url)}</Link>
        <span className={classes.dim}>
          {one.description ? `${hostOf(one.url)} · ` : ''}
          {typesIn(one.types)}
          {one.ordered ? ' · in order' : ''}
        </span>
      </div>
      {one.failingSince && one.status !== 'enabled' && <span className={classes.dim}>nothing taken since {ago(one.failingSince, now)}</span>}
      <Status look={look} word={word} />
    </li>
  );
}
