// The accounts that posts go to: what each may do, how long its login is good, what it has before it, and how to connect another.
import { ActionIcon, Button, Menu, SegmentedControl } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Ellipsis, Plus } from 'lucide-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { accountsOf, nameOf, workOf, type Account } from '../api/accounts';
import { answered, client } from '../api/client';
import { useNow } from '../app/clock';
import { useReconnect } from '../app/reconnecting';
import { useWorkspace } from '../app/session';
import { useKeys } from '../app/shortcuts';
import { useQueryOf } from '../app/query';
import { counted } from '../lib/say';
import { Dialog } from '../ui/Dialog';
import { Glyph, labelOf } from '../ui/Glyph';
import { Empty, Failure } from '../ui/Notice';
import { Page } from '../ui/Page';
import rows from '../ui/Rows.module.css';
import { refused, tell } from '../ui/toasts';
import classes from './Accounts.module.css';
import { Connect } from './Connect';
import { isBroken, kindOf, state, workload, type Work } from './words';

export function Accounts() {
  const { id, rights } = useWorkspace();
  const { data, error, refetch } = useQuery(accountsOf(id));
  const work = useQuery(workOf(id));
  const [params, change] = useQueryOf();
  const connecting = params.get('connect');
  const mayConnect = rights.has('connect');
  const ask = () => change({ connect: '' });
  useKeys(mayConnect ? { n: ask } : {});
  const broken = data?.filter(isBroken) ?? [];
  const only = params.has('broken') && broken.length > 0;
  const one = data?.filter((each) => each.id === params.get('account')) ?? []; // a mail leads to it
  const shown = one.length ? one : only ? broken : data;
  const button = mayConnect && (
    <Button leftSection={<Plus size={16} />} onClick={ask} aria-keyshortcuts="n">
      Connect an account
    </Button>
  );
  return (
    <Page
      title="Accounts"
      actions={
        <>
          {one.length > 0 && (
            <Button variant="default" onClick={() => change({ account: null })}>
              All accounts
            </Button>
          )}
          {broken.length > 0 && !one.length && (
            <SegmentedControl
              aria-label="Which accounts"
              value={only ? 'broken' : 'all'}
              onChange={(value) => change({ broken: value === 'broken' ? '' : null })}
              data={[
                { value: 'all', label: 'All' },
                { value: 'broken', label: `Need you ${broken.length}` },
              ]}
              withItemsBorders={false}
            />
          )}
          {button}
        </>
      }
    >
      {error && <Failure error={error} retry={() => void refetch()} />}
      {data && !data.length && (
        <Empty title="No account is connected" action={button}>
          An account is where posts go: a profile, a page, a channel.
        </Empty>
      )}
      {shown && networks(shown).map(([network, accounts]) => <Network key={network} network={network} accounts={accounts} work={work.data} may={mayConnect} ask={(provider) => change({ connect: provider })} />)}
      {connecting !== null && mayConnect && data && <Connect chosen={connecting} accounts={data} choose={(provider) => change({ connect: provider })} />}
    </Page>
  );
}

/** By network, the broken ones first. */
function networks(accounts: Account[]): [string, Account[]][] {
  const found = new Map<string, Account[]>();
  for (const one of accounts) found.set(labelOf(one.provider), [...(found.get(labelOf(one.provider)) ?? []), one]);
  const worst = (of: Account[]) => (of.some(isBroken) ? 0 : 1);
  return [...found].sort(([a, of], [b, or]) => worst(of) - worst(or) || a.localeCompare(b));
}

interface Of {
  network: string;
  accounts: Account[];
  work: Map<string, Work> | undefined;
  may: boolean;
  ask: (provider: string) => void;
}

/** A network with several accounts has them under one heading: pages, boards, channels. */
function Network({ network, accounts, work, may, ask }: Of) {
  return (
    <section className={classes.network} aria-label={network}>
      {accounts.length > 1 && (
        <h2>
          {network} <small>{counted(accounts.length, 'account')}</small>
        </h2>
      )}
      <ul className={rows.list}>
        {accounts.map((one) => (
          <Row key={one.id} account={one} work={work?.get(one.id)} may={may} ask={ask} />
        ))}
      </ul>
    </section>
  );
}

function Row({ account, work, may, ask }: { account: Account; work: Work | undefined; may: boolean; ask: (provider: string) => void }) {
  const [asking, setAsking] = useState(false);
  const { zone, slug } = useWorkspace();
  const [, go] = useLocation();
  const now = useNow();
  const reconnect = useReconnect(account);
  const broken = isBroken(account);
  return (
    <li className={classes.row} data-broken={broken || undefined}>
      <Glyph provider={account.provider} size={34} />
      <div className={classes.name}>
        <strong>{nameOf(account)}</strong>
        <span title={account.handle}>{kindOf(account)}</span>
      </div>
      <span className={classes.state}>{state(account, zone, now, work)}</span>
      <span className={classes.work}>{workload(work, zone)}</span>
      {broken && may && (
        <Button loading={reconnect.busy} onClick={reconnect.start}>
          Reconnect
        </Button>
      )}
      <Menu position="bottom-end" shadow="md">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" size={34} aria-label={`More about ${nameOf(account)}`}>
            <Ellipsis size={17} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => go(`/w/${slug}/calendar?account=${account.id}`)}>Its posts in the calendar</Menu.Item>
          <Menu.Item onClick={() => go(`/w/${slug}/analytics?account=${account.id}`)}>Its figures</Menu.Item>
          {may && account.status !== 'disconnected' && (
            <>
              <Menu.Item onClick={() => ask(account.provider)}>Connect again…</Menu.Item>
              <Menu.Item color="red" onClick={() => setAsking(true)}>
                Disconnect…
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      {asking && <Disconnect account={account} work={work} close={() => setAsking(false)} />}
    </li>
  );
}

function Disconnect({ account, work, close }: { account: Account; work: Work | undefined; close: () => void }) {
  const { id } = useWorkspace();
  const cache = useQueryClient();
  const { mutate, isPending } = useMutation({
    mutationFn: () => answered(client.DELETE('/v1/dashboard/accounts/{accountId}', { params: { path: { accountId: account.id } } })),
    onSuccess: () => {
      tell(`${nameOf(account)} is disconnected`);
      close();
    },
    onError: (error) => refused(error, 'It is still connected'),
    onSettled: () => Promise.all([cache.invalidateQueries({ queryKey: ['accounts', id] }), cache.invalidateQueries({ queryKey: ['posts', id] })]),
  });
  const going = work?.upcoming ?? 0;
  return (
    <Dialog title={`Disconnect ${nameOf(account)}?`} close={close}>
      <p>
        We forget its access. {going ? `${counted(going, 'post that is', 'posts that are')} still to go out to it will fail, unless it is connected again before.` : 'No post is still to go out to it.'}
      </p>
      <Button color="red" loading={isPending} onClick={() => mutate()}>
        Disconnect {nameOf(account)}
      </Button>
    </Dialog>
  );
}
