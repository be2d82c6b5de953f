// The simulated networks of a test workspace: its clock, what goes wrong there, how figures grow, and what the public sees.
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from 'wouter';
import { sandboxOf } from '../api/sandbox';
import { useWorkspace } from '../app/session';
import { counted } from '../lib/say';
import card from '../ui/Card.module.css';
import { Glyph } from '../ui/Glyph';
import { Failure } from '../ui/Notice';
import { Page } from '../ui/Page';
import { FaultsCard } from './FaultsCard';
import { Feed } from './Feed';
import { GrowthCard } from './GrowthCard';
import classes from './Sandbox.module.css';
import { TimeCard } from './TimeCard';

export function Sandbox() {
  const { id, slug } = useWorkspace();
  const { network } = useParams<{ network?: string }>();
  const { data, error, refetch } = useQuery(sandboxOf(id));
  const busiest = data && [...data.networks].sort((a, b) => b.posts - a.posts)[0];
  const shown = data?.networks.find((one) => one.network === network) ?? busiest;
  return (
    <Page title="Sandbox">
      {error && <Failure error={error} retry={() => void refetch()} />}
      {data && (
        <div className={classes.page}>
          <div className={classes.column}>
            <TimeCard />
            <section className={card.card} aria-label="What the public sees">
              <h2>What the public sees</h2>
              <nav className={classes.networks} aria-label="Networks">
                {data.networks.map((one) => (
                  <Link key={one.network} href={`/w/${slug}/sandbox/${one.network}`} replace aria-current={one.network === shown?.network ? 'true' : undefined}>
                    <Glyph provider={one.providers[0] ?? one.network} size={26} />
                    <span>
                      {one.label}
                      <small>{counted(one.posts, 'post')}</small>
                    </span>
                  </Link>
                ))}
              </nav>
              {shown && <Feed network={shown} />}
            </section>
          </div>
          <div className={classes.column}>
            <FaultsCard networks={data.networks} kinds={data.faults} />
            <GrowthCard networks={data.networks} />
          </div>
        </div>
      )}
    </Page>
  );
}
