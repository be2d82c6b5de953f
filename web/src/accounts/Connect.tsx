// Connecting an account: a network is chosen; where it has a consent page that is opened, and where it has none, what it needs is asked for here.
import { Button, Modal, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { accountsOf, nameOf } from '../api/accounts';
import { answered, client, type Schemas } from '../api/client';
import { useWorkspace } from '../app/session';
import { ownPath } from '../lib/address';
import { listed } from '../lib/say';
import { Glyph, labelOf, PROVIDERS } from '../ui/Glyph';
import { Failure, Notice } from '../ui/Notice';
import { tell } from '../ui/toasts';
import classes from './Connect.module.css';

type Start = Schemas['ConnectionStartRequest'];
const FORMS: Record<string, [field: 'botToken' | 'chatId' | 'webhookUrl', label: string, hint: string][]> = {
  telegram: [
    ['botToken', 'Token of the bot', 'What @BotFather gave you'],
    ['chatId', 'Channel or group', '@channel, or a number; the bot has to be an admin there'],
  ],
  discord: [['webhookUrl', 'Address of the webhook', 'Channel settings, Integrations, Webhooks']],
};
const LOOK_MS = 1000;

export function Connect({ opened, first, close }: { opened: boolean; first: string | null; close: () => void }) {
  const [chosen, setChosen] = useState<string | null>(null);
  useEffect(() => setChosen(opened ? first : null), [opened, first]);
  const title = chosen ? `Connect ${labelOf(chosen)}` : 'Which network?';
  return (
    <Modal opened={opened} onClose={close} title={title} size="lg" lockScroll={false} closeButtonProps={{ 'aria-label': 'Close' }}>
      {chosen ? (
        <One key={chosen} provider={chosen} close={close} />
      ) : (
        <div className={classes.grid}>
          {PROVIDERS.map((one) => (
            <button key={one} type="button" className={classes.network} onClick={() => setChosen(one)}>
              <Glyph provider={one} size={28} />
              {labelOf(one)}
            </button>
          ))}
        </div>
      )}
    </Modal>
  );
}

function One({ provider, close }: { provider: string; close: () => void }) {
  const { id } = useWorkspace();
  const cache = useQueryClient();
  const [typed, setTyped] = useState<Record<string, string>>({});
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const [connection, setConnection] = useState<Schemas['Connection'] | null>(null);
  const fields = FORMS[provider] ?? [];

  const done = (accounts: Schemas['ConnectedAccount'][]) => {
    void cache.invalidateQueries({ queryKey: ['accounts', id] });
    tell(`Connected: ${listed(accounts.map(nameOf))}`);
    close();
  };
  const start = async () => {
    setBusy(true);
    setError(null);
    try {
      const body = { provider, ...typed } as Start;
      const answer = await answered(client.POST('/v1/dashboard/connections/start', { body }));
      if (answer.accounts?.length) return done(answer.accounts);
      setConnection(answer.connection ?? null);
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  if (connection?.authorizeUrl) return <Consent connection={connection} done={done} />;
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        void start();
      }}
    >
      {!fields.length && <p>{labelOf(provider)} asks you whether we may publish for you, on a page of its own. Then come back here.</p>}
      {fields.map(([name, label, hint]) => (
        <TextInput
          key={name}
          label={label}
          description={hint}
          required
          autoComplete="off"
          value={typed[name] ?? ''}
          onChange={(event) => setTyped({ ...typed, [name]: event.currentTarget.value })}
        />
      ))}
      {error != null && <Failure error={error} />}
      <Button type="submit" loading={busy}>
        {fields.length ? `Connect ${labelOf(provider)}` : `Go on to ${labelOf(provider)}`}
      </Button>
    </form>
  );
}

/** Somebody consents in a tab of the network; here it is watched until they have. */
function Consent({ connection, done }: { connection: Schemas['Connection']; done: (accounts: Schemas['ConnectedAccount'][]) => void }) {
  const { id } = useWorkspace();
  const { data } = useQuery({
    queryKey: ['connections', id, connection.id],
    queryFn: ({ signal }) =>
      answered(client.GET('/v1/dashboard/connections/{connectionId}', { params: { path: { connectionId: connection.id } }, signal })),
    refetchInterval: LOOK_MS,
  });
  const now = data?.connection;
  const accounts = useQuery({ ...accountsOf(id), enabled: now?.status === 'connected' });
  useEffect(() => {
    if (now?.status === 'connected' && data) done(data.accounts ?? now.accounts ?? []);
    // only once, when it has become so
  }, [now?.status]);
  if (now?.status === 'failed') return <Notice tone="bad">{now.error ?? 'It was not connected'}</Notice>;
  return (
    <div className={classes.form}>
      <p>Consent on the page of {labelOf(connection.provider)}; this one notices it.</p>
      <Button component="a" href={ownPath(connection.authorizeUrl!)} target="_blank" rel="noreferrer">
        Open {labelOf(connection.provider)}
      </Button>
      <Notice>{accounts.isFetching ? 'Connected' : 'Waiting for your consent…'}</Notice>
    </div>
  );
}
