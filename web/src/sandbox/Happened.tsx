// What was done while the time was moved on: each try at a post, when, and what came of it.
import { Button } from '@mantine/core';
import { Link } from 'wouter';
import type { Schemas } from '../api/client';
import { useWorkspace } from '../app/session';
import { capital, counted, moment } from '../lib/say';
import card from '../ui/Card.module.css';
import { Glyph } from '../ui/Glyph';
import classes from './Happened.module.css';

const WORDS: Record<string, string> = {
  published: 'Published',
  accepted: 'Accepted; not visible yet',
  provider_uncertain: 'The answer was lost: it may be live',
  not_found: 'Looked for, and not found yet',
  rate_limited: 'The network asks to wait',
  waiting: 'The network is still working on it',
};
const GOOD = new Set(['published', 'accepted']);
const UNKNOWN = new Set(['provider_uncertain', 'not_found', 'publish_outcome_unknown']);

export function Happened({ rehearsed, goOn }: { rehearsed: Schemas['Rehearsed']; goOn: () => void }) {
  const { slug, zone } = useWorkspace();
  const { events } = rehearsed;
  const lost = new Set(events.filter((event) => event.code === 'provider_uncertain').map((event) => event.postId));
  const tone = (code: string) => (!code ? undefined : GOOD.has(code) ? 'ok' : UNKNOWN.has(code) ? 'unknown' : 'bad');
  const said = ({ code, message, postId, attemptNo }: Schemas['Happened']) => {
    if (code === 'published' && lost.has(postId) && attemptNo > 1) return 'Found on the network and adopted: not sent again';
    return WORDS[code ?? ''] ?? message ?? capital((code ?? 'under way').replaceAll('_', ' '));
  };
  return (
    <section className={card.card} aria-label="What happened on the way" role="status">
      <h2>
        What happened on the way <small className={card.dim}>{counted(events.length, 'outcome')}</small>
      </h2>
      {!events.length && <p className={card.dim}>Nothing was due.</p>}
      <ol className={classes.list}>
        {events.map((event) => (
          <li key={`${event.postId} ${event.attemptNo} ${event.at}`} data-tone={tone(event.code ?? '')}>
            <time dateTime={event.at}>{moment(event.at, zone, true)}</time>
            <Glyph provider={event.provider} size={18} named />
            <Link href={`/w/${slug}/posts/${event.postId}`}>{said(event)}</Link>
            <code>{event.code ?? 'under way'}</code>
          </li>
        ))}
      </ol>
      {!rehearsed.complete && (
        <Button variant="default" onClick={goOn}>
          More is due: go on
        </Button>
      )}
    </section>
  );
}
