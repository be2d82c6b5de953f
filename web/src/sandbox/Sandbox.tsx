// The simulated networks of a test workspace: its clock, what goes wrong there, and what the public sees.
import { useQuery } from '@tanstack/react-query';
import { useLocation, useParams } from 'wouter';
import { sandboxOf } from '../api/sandbox';
import { useWorkspace } from '../app/session';
import { Glyph } from '../ui/Glyph';
import { Failure } from '../ui/Notice';
import { Page } from '../ui/Page';
import { Tabs } from '../ui/Tabs';
import { ClockCard } from './ClockCard';
import { FaultsCard } from './FaultsCard';
import { Feed } from './Feed';
import classes from './Sandbox.module.css';

export function Sandbox() {
  const { id, slug } = useWorkspace();
  const { network } = useParams<{ network?: string }>();
  const [, go] = useLocation();
  const { data, error, refetch } = useQuery(sandboxOf(id));
  const busiest = data && [...data.networks].sort((a, b) => b.posts - a.posts)[0];
  const shown = data?.networks.find((one) => one.network === network) ?? busiest;
  return (
    <Page title="Sandbox">
      {error && <Failure error={error} retry={() => void refetch()} />}
      {data && (
        <>
          <div className={classes.cards}>
            <ClockCard />
            <FaultsCard networks={data.networks} kinds={data.faults} />
          </div>
          <h2 className={classes.heading}>What the public sees</h2>
          {shown && (
            <Tabs
              label="Networks"
              chosen={shown.network}
              choose={(to) => go(`/w/${slug}/sandbox/${to}`, { replace: true })}
              tabs={data.networks.map((one) => [
                one.network,
                <span key={one.network} className={classes.tab}>
                  <Glyph provider={one.providers[0] ?? one.network} /> {one.label} <small>{one.posts}</small>
                </span>,
              ])}
            >
              <Feed network={shown} />
            </Tabs>
          )}
        </>
      )}
    </Page>
  );
}
