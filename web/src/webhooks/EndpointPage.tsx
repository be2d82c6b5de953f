// One endpoint: how it is, what was sent to it, and what can be done about that.
import { Button, Menu, SegmentedControl } from '@mantine/core';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Redirect, useSearchParams } from 'wouter';
import { useNow } from '../app/clock';
import { useWorkspace } from '../app/session';
import { ago, moment } from '../lib/say';
import card from '../ui/Card.module.css';
import { Facts } from '../ui/Facts';
import { Empty, Failure, Notice } from '../ui/Notice';
import { Page } from '../ui/Page';
import rows from '../ui/Rows.module.css';
import { Status } from '../ui/Status';
import { DeliveryDrawer } from './DeliveryDrawer';
import { EndpointForm } from './EndpointForm';
import { deliveriesOf, endpointsOf, type Delivery, type DeliveryStatus, type Endpoint } from './queries';
import { Delete, Replay, Rotate } from './asking';
import { Secret } from './Secret';
import { useActs } from './useActs';
import classes from './Webhooks.module.css';
import { DELIVERY, ENDPOINT, hostOf, typesIn } from './words';

const SHOWN = [
  { value: 'all', label: 'All' },
  { value: 'delivered', label: 'Delivered' },
  { value: 'retrying', label: 'Trying again' },
  { value: 'exhausted', label: 'Given up' },
];
type Asking = 'change' | 'rotate' | 'replay' | 'delete' | null;

export function EndpointPage({ id }: { id: string }) {
  const workspace = useWorkspace();
  const { data, error, refetch } = useQuery(endpointsOf(workspace.id));
  const one = data?.find((each) => each.id === id);
  if (data && !one) return <Redirect to={`/w/${workspace.slug}/webhooks`} replace />;
  return (
    <>
      {error && <Failure error={error} retry={() => void refetch()} />}
      {one && <Shown one={one} />}
    </>
  );
}

function Shown({ one }: { one: Endpoint }) {
  const [asking, setAsking] = useState<Asking>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const { enable, disable, test } = useActs(one);
  const [look, word] = ENDPOINT[one.status];
  const close = () => setAsking(null);
  const off = one.status === 'disabled';
  const actions = (
    <>
      <Button variant="default" loading={test.isPending} disabled={off} onClick={() => test.mutate()}>
        Send a test
      </Button>
      <Menu position="bottom-end" shadow="md">
        <Menu.Target>
          <Button variant="default">More</Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setAsking('change')}>Change…</Menu.Item>
          <Menu.Item onClick={() => setAsking('rotate')}>Another secret…</Menu.Item>
          <Menu.Item disabled={off} onClick={() => setAsking('replay')}>
            Send events again…
          </Menu.Item>
          {!off && <Menu.Item onClick={() => disable.mutate()}>Disable</Menu.Item>}
          <Menu.Item color="red" onClick={() => setAsking('delete')}>
            Delete…
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  );
  const again = (
    <Button size="compact-sm" loading={enable.isPending} onClick={() => enable.mutate()}>
      Enable
    </Button>
  );
  return (
    <Page title={one.description || hostOf(one.url)} beside={<Status look={look} word={word} />} actions={actions}>
      {off && (
        <div className={classes.off}>
          <Notice tone="warn" action={again}>
            Nothing is sent: {one.disabledBecause}. Once it is enabled, what was missed can be sent again.
          </Notice>
        </div>
      )}
      <section className={card.card} aria-label="The webhook">
        <Facts
          facts={[
            ['URL', one.url],
            ['Events', typesIn(one.types)],
            ['Accounts', one.accounts.length ? one.accounts.join(', ') : 'all'],
            ['Order', one.ordered ? 'one after another' : 'up to eight at a time'],
          ]}
        />
      </section>
      <Deliveries one={one} />
      {asking === 'change' && <EndpointForm one={one} close={close} />}
      {asking === 'rotate' && <Rotate one={one} close={close} made={setSecret} />}
      {asking === 'replay' && <Replay one={one} close={close} />}
      {asking === 'delete' && <Delete one={one} close={close} />}
      {secret && <Secret secret={secret} close={() => setSecret(null)} />}
    </Page>
  );
}

function Deliveries({ one }: { one: Endpoint }) {
  const { id } = useWorkspace();
  const [params, setParams] = useSearchParams();
  const shown = SHOWN.find(({ value }) => value === params.get('show'))?.value ?? 'all';
  const status = shown === 'all' ? null : (shown as DeliveryStatus);
  const found = useInfiniteQuery({ ...deliveriesOf(id, one.id, status), placeholderData: keepPreviousData });
  const [open, setOpen] = useState<string | null>(null);
  const sent = found.data?.pages.flatMap((page) => page.deliveries);
  return (
    <>
      <div className={classes.head}>
        <h2>Deliveries</h2>
        <SegmentedControl
          aria-label="Which deliveries"
          value={shown}
          onChange={(show) => setParams(show === 'all' ? {} : { show }, { replace: true })}
          data={SHOWN}
          withItemsBorders={false}
        />
      </div>
      {found.error && <Failure error={found.error} retry={() => void found.refetch()} />}
      {sent && !sent.length && <Empty title={status ? 'None is like this' : 'Nothing was sent yet'}>Send a test to see one arrive.</Empty>}
      {!!sent?.length && (
        <ul className={rows.list}>
          {sent.map((delivery) => (
            <Row key={delivery.id} one={delivery} open={() => setOpen(delivery.id)} />
          ))}
        </ul>
      )}
      {found.hasNextPage && (
        <Button variant="default" mt="md" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          Show more
        </Button>
      )}
      {open && <DeliveryDrawer id={open} close={() => setOpen(null)} />}
    </>
  );
}

function Row({ one, open }: { one: Delivery; open: () => void }) {
  const { zone } = useWorkspace();
  const now = useNow();
  const [look, word] = DELIVERY[one.status];
  return (
    <li className={rows.row}>
      <div className={classes.name}>
        <button type="button" className={classes.row} onClick={open}>
          <strong>{one.type}</strong>
          <span className={classes.dim}>{moment(one.createdAt, zone, true)}</span>
        </button>
      </div>
      <span className={classes.dim}>
        {one.lastStatus ?? one.lastError ?? ''}
        {one.lastMilliseconds !== null && one.lastStatus !== null ? ` in ${one.lastMilliseconds} ms` : ''}
        {one.nextTryAt && one.tries > 0 ? ` · again ${ago(one.nextTryAt, now)}` : ''}
      </span>
      <Status look={look} word={word} />
    </li>
  );
}
