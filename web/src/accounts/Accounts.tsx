// The accounts that posts go to: what each may do, how long its login is good, and how to connect another.
import { ActionIcon, Button, Menu, Modal } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Ellipsis, Plus } from 'lucide-react';
import { useState } from 'react';
import { accountsOf, nameOf, type Account } from '../api/accounts';
import { answered, client } from '../api/client';
import { useNow } from '../app/clock';
import { useWorkspace } from '../app/session';
import { ago, moment } from '../lib/say';
import { Glyph, labelOf } from '../ui/Glyph';
import { Empty, Failure } from '../ui/Notice';
import { Page } from '../ui/Page';
import { refused, tell } from '../ui/toasts';
import rows from '../ui/Rows.module.css';
import classes from './Accounts.module.css';
import { Connect } from './Connect';

export function Accounts() {
  const { id, rights } = useWorkspace();
  const { data, error, refetch } = useQuery(accountsOf(id));
  const [connecting, setConnecting] = useState<string | true | null>(null);
  const mayConnect = rights.has('connect');
  const connect = mayConnect && (
    <Button leftSection={<Plus size={16} />} onClick={() => setConnecting(true)}>
      Connect an account
    </Button>
  );
  return (
    <Page title="Accounts" actions={connect}>
      {error && <Failure error={error} retry={() => void refetch()} />}
      {data && !data.length && (
        <Empty title="No account is connected" action={connect}>
          An account is where posts go: a profile, a page, a channel.
        </Empty>
      )}
      {!!data?.length && (
        <ul className={rows.list}>
          {data.map((one) => (
            <Row key={one.id} account={one} connect={mayConnect ? () => setConnecting(one.provider) : null} />
          ))}
        </ul>
      )}
      <Connect opened={connecting !== null} first={typeof connecting === 'string' ? connecting : null} close={() => setConnecting(null)} />
    </Page>
  );
}

function Row({ account, connect }: { account: Account; connect: (() => void) | null }) {
  const [asking, setAsking] = useState(false);
  const { zone } = useWorkspace();
  const now = useNow();
  const broken = account.status !== 'connected' && account.status !== 'disconnected';
  return (
    <li className={classes.row} data-broken={broken || undefined}>
      <Glyph provider={account.provider} size={32} />
      <div className={classes.name}>
        <strong>{nameOf(account)}</strong>
        <span>
          {labelOf(account.provider)} · {account.handle}
        </span>
      </div>
      <span className={classes.state}>{state(account, zone, now)}</span>
      {broken && connect && <Button onClick={connect}>Connect again</Button>}
      {connect && account.status !== 'disconnected' && (
        <Menu position="bottom-end" shadow="md">
          <Menu.Target>
            <ActionIcon variant="subtle" color="gray" aria-label={`More about ${nameOf(account)}`}>
              <Ellipsis size={17} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={connect}>Connect again</Menu.Item>
            <Menu.Item color="red" onClick={() => setAsking(true)}>
              Disconnect…
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
      <Disconnect account={account} opened={asking} close={() => setAsking(false)} />
    </li>
  );
}

/** How its login is, in words. */
function state(account: Account, zone: string, now: number): string {
  if (account.status === 'disconnected') return 'Disconnected';
  if (account.status !== 'connected') return 'Its login has ended: connect it again';
  if (!account.publishable) return 'Known, but nothing can be published to it';
  if (!account.expiresAt) return 'Connected';
  const renews = account.tokenRefreshStatus !== 'unsupported' && account.tokenRefreshStatus !== 'none';
  const until = Date.parse(account.expiresAt) - now < 86_400_000 ? ago(account.expiresAt, now) : moment(account.expiresAt, zone);
  return renews ? 'Connected; its login renews itself' : `Connected; its login ends ${until}`;
}

function Disconnect({ account, opened, close }: { account: Account; opened: boolean; close: () => void }) {
  const { id } = useWorkspace();
  const cache = useQueryClient();
  const { mutate, isPending } = useMutation({
    mutationFn: () => answered(client.DELETE('/v1/dashboard/accounts/{accountId}', { params: { path: { accountId: account.id } } })),
    onSuccess: () => {
      tell(`${nameOf(account)} is disconnected`);
      close();
    },
    onError: (error) => refused(error, 'It is still connected'),
    onSettled: () => cache.invalidateQueries({ queryKey: ['accounts', id] }),
  });
  return (
    <Modal opened={opened} onClose={close} title={`Disconnect ${nameOf(account)}?`} lockScroll={false} closeButtonProps={{ 'aria-label': 'Close' }}>
      <p>We forget its access. Posts that wait for it are not published until it is connected again.</p>
      <Button color="red" mt="md" loading={isPending} onClick={() => mutate()}>
        Disconnect {nameOf(account)}
      </Button>
    </Modal>
  );
}
