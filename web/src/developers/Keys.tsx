// API keys: what each may do, how long it has been quiet, and beside them how a program begins. A secret is shown when it is made.
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useWorkspace } from '../app/session';
import { useNow } from '../app/clock';
import { ago, counted } from '../lib/say';
import card from '../ui/Card.module.css';
import { Empty, Failure } from '../ui/Notice';
import { Page } from '../ui/Page';
import { Beginning } from './Beginning';
import { KeyCard } from './KeyCard';
import classes from './Keys.module.css';
import { Create, Rotate, Secret } from './making';
import { keysOf, type Key } from './queries';

export function Keys() {
  const { id } = useWorkspace();
  const { data, error, refetch } = useQuery(keysOf(id));
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<string | null>(null);
  const [rotating, setRotating] = useState<Key | null>(null);
  const create = (
    <Button leftSection={<Plus size={16} />} onClick={() => setMaking(true)}>
      Create a key
    </Button>
  );
  const good = data?.filter((key) => !key.revokedAt);
  const revoked = data?.filter((key) => key.revokedAt) ?? [];
  return (
    <Page title="Keys" actions={create}>
      {error && <Failure error={error} retry={() => void refetch()} />}
      <div className={classes.columns}>
        <div className={classes.keys}>
          {good && !good.length && (
            <Empty title="There is no key" action={create}>
              A program or an agent calls the API with a key of this workspace.
            </Empty>
          )}
          {good?.map((key) => (
            <KeyCard key={key.id} one={key} rotate={() => setRotating(key)} />
          ))}
          {revoked.length > 0 && <Revoked keys={revoked} />}
        </div>
        <Beginning />
      </div>
      {making && <Create close={() => setMaking(false)} made={setMade} />}
      {rotating && <Rotate one={rotating} close={() => setRotating(null)} made={setMade} />}
      {made && <Secret secret={made} close={() => setMade(null)} />}
    </Page>
  );
}

function Revoked({ keys }: { keys: Key[] }) {
  const now = useNow();
  return (
    <details className={classes.revoked}>
      <summary>{counted(keys.length, 'revoked key')}</summary>
      <ul>
        {keys.map((one) => (
          <li key={one.id}>
            <span>{one.label || 'Without a label'}</span> <code>{one.prefix}…</code> <small className={card.dim}>revoked {ago(one.revokedAt!, now)}</small>
          </li>
        ))}
      </ul>
    </details>
  );
}
