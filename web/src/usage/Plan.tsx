// The plan that the workspace has, how it stands, and the plans that it could have.
import { Button, SegmentedControl } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { billingOf, type Billing, type Interval, type OfferedPlan } from '../api/billing';
import { answered, client } from '../api/client';
import { useWorkspace } from '../app/session';
import { capital, shortDay } from '../lib/say';
import { wall } from '../lib/time';
import card from '../ui/Card.module.css';
import { Facts } from '../ui/Facts';
import { Failure, Notice } from '../ui/Notice';
import { refused } from '../ui/toasts';
import classes from './Plan.module.css';

const INTERVALS = [
  { value: 'monthly', label: 'Monthly' },
  { value: 'yearly', label: 'Yearly' },
];

export function Plan() {
  const { id, rights } = useWorkspace();
  const { data, error, refetch } = useQuery(billingOf(id));
  if (error) return <Failure error={error} retry={() => void refetch()} />;
  if (!data?.billing) return null;
  const { billing, plans = [] } = data;
  const pays = rights.has('pay');
  return (
    <>
      <Standing billing={billing} label={plans.find((one) => one.current)?.label} pays={pays} />
      {billing.canCheckout && <Offers billing={billing} plans={plans} pays={pays} />}
    </>
  );
}

/** Leads to a page of the store, and back from there to here. */
function useLeading(to: (plan: string) => Promise<{ url: string }>, what: string) {
  return useMutation({
    mutationFn: to,
    onSuccess: ({ url }) => location.assign(url),
    onError: (error) => refused(error, what),
  });
}

function Standing({ billing, label, pays }: { billing: Billing; label?: string; pays: boolean }) {
  const { zone } = useWorkspace();
  const { mutate, isPending } = useLeading(() => answered(client.POST('/v1/billing/manage')), 'The subscription cannot be managed now');
  const day = (at: string) => shortDay(wall(at, zone).toPlainDate().toString());
  const times: [string, string | null][] = [
    ['Trial ends', billing.trialEndsAt],
    ['Renews', billing.renewsAt],
    [billing.entitled ? 'Ends' : 'Ended', billing.endsAt],
    ['Paid by', billing.graceEndsAt],
    ['Resumes', billing.resumesAt],
  ];
  const facts = times.flatMap(([name, at]): [string, string][] => (at ? [[name, day(at)]] : []));
  if (billing.source) facts.push(['From', FROM[billing.source]]);
  if (billing.card) facts.push(['Card', `${capital(billing.card.brand ?? 'card')} ending in ${billing.card.lastFour}`]);
  return (
    <section className={card.card} aria-label="Plan">
      <h2>
        {label ?? (billing.plan ? capital(billing.plan.replaceAll('_', '-')) : 'No plan')} <small className={card.dim}>{STATUS[billing.status]}</small>
      </h2>
      {!billing.entitled && <Notice tone="bad">Nothing is published, and nothing can be added, until there is a plan again. All that is here stays.</Notice>}
      {billing.testMode && <p className={card.dim}>Nobody pays anything here: this is a rehearsal.</p>}
      <Facts facts={facts} />
      {billing.canManage && pays && (
        <div className={card.buttons}>
          <Button variant="default" loading={isPending} onClick={() => mutate('')}>
            Manage the subscription
          </Button>
        </div>
      )}
    </section>
  );
}

function Offers({ billing, plans, pays }: { billing: Billing; plans: OfferedPlan[]; pays: boolean }) {
  const [interval, pay] = useState<Interval>(billing.interval ?? 'monthly');
  const { mutate, isPending, variables } = useLeading(
    (plan) => answered(client.POST('/v1/billing/checkout', { body: { plan, billingInterval: interval } })),
    'The store cannot be reached now',
  );
  const verb = billing.canManage ? 'Change' : 'Choose';
  const offered = plans.filter((one) => one.monthly.available || one.yearly.available);
  return (
    <section className={card.card} aria-label="Plans">
      <div className={classes.head}>
        <h2>Plans</h2>
        <SegmentedControl aria-label="How it is paid" size="xs" value={interval} onChange={(to) => pay(to as Interval)} data={INTERVALS} withItemsBorders={false} />
      </div>
      {!pays && <p className={card.dim}>An owner buys, or an admin whom an owner lets buy.</p>}
      <ul className={classes.plans}>
        {offered.map((plan) => {
          const price = plan[interval];
          const same = plan.current && billing.interval === interval && billing.status !== 'canceled';
          return (
            <li key={plan.id} data-current={plan.current || undefined}>
              <h3>{plan.label}</h3>
              <p className={classes.price}>
                {price.formatted} <small>a {interval === 'monthly' ? 'month' : 'year'}</small>
              </p>
              <p className={card.dim}>
                {limit(plan.limits.postsPerMonth, 'posts a month')}
                <br />
                {limit(plan.limits.connectedAccounts, 'accounts')}
              </p>
              {pays && (
                <Button
                  variant={plan.current ? 'default' : 'filled'}
                  aria-label={`${same ? 'Your plan' : verb}: ${plan.label}`}
                  disabled={!price.available || same || isPending}
                  loading={isPending && variables === plan.id}
                  onClick={() => mutate(plan.id)}
                >
                  {same ? 'Your plan' : verb}
                </Button>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

const limit = (most: number | null, of: string) => (most === null ? `No limit on ${of}` : `${most.toLocaleString('en')} ${of}`);

const STATUS: Record<Billing['status'], string> = {
  trialing: 'trial',
  active: 'active',
  past_due: 'payment failed',
  paused: 'paused',
  canceled: 'canceled',
  inactive: 'ended',
};

const FROM: Record<NonNullable<Billing['source']>, string> = {
  lemonsqueezy: 'The web store',
  app_store: 'The App Store',
  trial: 'A trial',
  grant: 'Whoever runs this server',
};
