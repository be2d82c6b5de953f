// What `socialclaw doctor` finds, for owners: it calls networks' and mail servers, so it looks when somebody asks it to.
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Check, CircleHelp, Info, Stethoscope, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { answered, client } from '../api/client';
import { counted } from '../lib/say';
import card from '../ui/Card.module.css';
import { Failure } from '../ui/Notice';
import classes from './Health.module.css';

const ICONS = { ok: Check, note: Info, failed: TriangleAlert, unknown: CircleHelp };
const SAID = { ok: 'good', note: 'worth knowing', failed: 'wrong', unknown: 'could not be looked at' };
const ORDER = ['failed', 'unknown', 'note', 'ok'];

export function Doctor() {
  const [asked, setAsked] = useState(false);
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ['health', 'doctor'],
    queryFn: ({ signal }) => answered(client.GET('/v1/dashboard/doctor', { signal })),
    enabled: asked,
    staleTime: Infinity,
    retry: false,
  });
  const look = () => (asked ? void refetch() : setAsked(true));
  const checks = [...(data?.checks ?? [])].sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
  const failed = checks.filter((one) => one.state === 'failed').length;
  return (
    <section className={card.card} aria-label="A closer look">
      <header className={classes.doctor}>
        <div>
          <h2>A closer look</h2>
          <p className={card.dim}>
            {data ? (failed ? `${counted(failed, 'thing is', 'things are')} wrong.` : 'Nothing is wrong.') : 'The settings, the storage, the mail server, the clock and the developer apps, one by one; nothing is changed by it.'}
          </p>
        </div>
        <Button variant="default" leftSection={<Stethoscope size={16} />} loading={isFetching} onClick={look}>
          {data ? 'Look again' : 'Have the doctor look'}
        </Button>
      </header>
      {error && <Failure error={error} retry={look} />}
      {checks.length > 0 && (
        <ul className={classes.list}>
          {checks.map((one) => {
            const Icon = ICONS[one.state];
            return (
              <li key={one.name} data-tone={one.state === 'failed' ? 'bad' : one.state === 'ok' ? 'good' : 'note'}>
                <Icon size={17} aria-label={SAID[one.state]} />
                <div>
                  <strong>{one.name}</strong>
                  <span>{one.message}</span>
                </div>
              </li>
            );
          })}
        </ul>
      )}
    </section>
  );
}
