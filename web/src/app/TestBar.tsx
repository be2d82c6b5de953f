// That this is a test workspace is said on every screen of it, with the clock that it has. The colour is used for nothing else.
import { useQuery } from '@tanstack/react-query';
import { FlaskConical } from 'lucide-react';
import { Link } from 'wouter';
import { moment } from '../lib/say';
import { clockOf, useNow } from './clock';
import { useWorkspace } from './session';
import classes from './TestBar.module.css';

export function TestBar() {
  const { id, slug, zone } = useWorkspace();
  const { data } = useQuery(clockOf(id));
  const now = useNow();
  return (
    <div className={classes.bar} role="note">
      <FlaskConical size={15} aria-hidden />
      <span>
        <strong>Test mode.</strong> <span className={classes.about}>Posts go to simulated networks.</span>
      </span>
      {data && (
        <span className={classes.clock}>
          <time dateTime={new Date(now).toISOString()}>{moment(new Date(now).toISOString(), zone)}</time>
          {data.state === 'frozen' && ' · frozen'}
        </span>
      )}
      <Link className={classes.link} href={`/w/${slug}/sandbox`}>
        Sandbox
      </Link>
    </div>
  );
}
