// What the workspace has used, this month and in all, and how much it may.
import { useQuery } from '@tanstack/react-query';
import { answered, client, type Schemas } from '../api/client';
import { useWorkspace } from '../app/session';
import { SettingsPage } from '../app/SettingsPage';
import { capital, shortDay } from '../lib/say';
import { wall } from '../lib/time';
import card from '../ui/Card.module.css';
import { Failure } from '../ui/Notice';
import { Plan } from './Plan';
import classes from './Usage.module.css';

export function Usage() {
  const { id, sells } = useWorkspace();
  const { data, error, refetch } = useQuery({
    queryKey: ['posts', id, 'usage'],
    queryFn: async ({ signal }) => (await answered(client.GET('/v1/me/usage', { signal }))).usage,
  });
  return (
    <SettingsPage at="settings/usage" title={sells ? 'Plan and usage' : 'Usage'}>
      {sells && <Plan />}
      {error && <Failure error={error} retry={() => void refetch()} />}
      {data && <Used usage={data} sells={sells} />}
    </SettingsPage>
  );
}

function Used({ usage, sells }: { usage: Schemas['Usage']; sells: boolean }) {
  const date = (at: string) => shortDay(wall(at, 'UTC').toPlainDate().toString());
  const { entitlements } = usage;
  const lastDay = new Date(Date.parse(usage.periodEnd) - 1).toISOString();
  const free = [entitlements.postsPerMonth, entitlements.connectedAccounts, entitlements.storageBytes].every((one) => one === null);
  return (
    <>
      <section className={card.card} aria-label="This month">
        <h2>
          {capital(entitlements.plan.replaceAll('_', '-'))} <small className={card.dim}>{date(usage.periodStart)} – {date(lastDay)}</small>
        </h2>
        <ul className={classes.list}>
          <Bar name="Posts this month" used={usage.postsThisPeriod} allowed={entitlements.postsPerMonth} />
          <Bar name="Connected accounts" used={usage.connectedAccounts} allowed={entitlements.connectedAccounts} />
          <Bar name="Storage" used={usage.storageBytes} allowed={entitlements.storageBytes} say={bytes} />
          <Bar name="Files" used={usage.assets} allowed={null} />
        </ul>
        {free && !sells && <p className={card.dim}>This server is your own: the plan has no limits.</p>}
      </section>
      <section className={card.card} aria-label="Limits of this server">
        <h2>Limits of this server</h2>
        <p className={card.dim}>They keep a mistake from filling the disk; who runs the server sets them.</p>
        <ul className={classes.list}>
          {Object.entries(usage.limits).map(([name, { used, allowed }]) => (
            <Bar key={name} name={wordsOf(name)} used={used} allowed={allowed} say={/bytes/i.test(name) ? bytes : undefined} />
          ))}
        </ul>
      </section>
    </>
  );
}

const NEAR = 0.8;

function Bar({ name, used, allowed, say = (n) => n.toLocaleString('en') }: { name: string; used: number; allowed: number | null; say?: (n: number) => string }) {
  const part = allowed ? Math.min(1, used / allowed) : 0;
  return (
    <li>
      <span>{name}</span>
      <span className={classes.numbers}>
        {say(used)} {allowed === null ? '' : <small>of {say(allowed)}</small>}
      </span>
      {allowed !== null && (
        <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden data-near={part >= NEAR || undefined}>
          <rect width="100" height="6" />
          <rect className={classes.part} width={part * 100} height="6" />
        </svg>
      )}
    </li>
  );
}

const bytes = (n: number) => (n >= 1e9 ? `${(n / 1e9).toFixed(1)} GB` : `${(n / 1e6).toFixed(1)} MB`);

/** `openConnections`: Open connections */
const wordsOf = (name: string) => capital(name.replace(/Bytes$/, '').replace(/([A-Z])/g, ' $1').replaceAll('_', ' ').toLowerCase().trim()).replace(/^Api\b/, 'API');
