// What became of a post in one sentence, and the one thing that is safe to do about it.
import type { Post } from '../api/posts';
import { ago, clock, moment } from '../lib/say';
import { labelOf } from '../ui/Glyph';
import { lookOf, type Look } from '../ui/status';

export type Act = 'cancel' | 'discard' | 'retry' | 'check' | 'resolve' | 'reconnect' | 'see' | 'edit';

export interface Verdict {
  look: Look;
  heading: string;
  body?: string;
  acts: Act[];
}

interface Known {
  zone: string;
  now: number;
}

export function verdict(post: Post, known: Known): Verdict {
  const look = lookOf(post);
  const said = { look, ...sentence(post, known) };
  return { ...said, acts: post.providerUrl && post.status === 'published' ? [...said.acts, 'see'] : said.acts };
}

function sentence(post: Post, { zone, now }: Known): Omit<Verdict, 'look'> {
  const network = labelOf(post.provider);
  const due = post.publishAtUtc ? moment(post.publishAtUtc, zone) : 'a time that is not set';
  switch (post.status) {
    case 'draft':
      return { heading: `Draft for ${due}`, body: 'It goes out when its run is published.', acts: ['edit', 'discard'] };
    case 'canceled':
      return { heading: 'Taken back', body: 'It did not go out, and will not.', acts: [] };
    case 'published':
      return published(post, network, zone);
    case 'failed':
      return failed(post, network);
    case 'publishing':
      return publishing(post, network, { zone, now });
    default:
      return waiting(post, network, due, { zone, now });
  }
}

function published(post: Post, network: string, zone: string): Omit<Verdict, 'look'> {
  if (post.providerStatus === 'deleted') return { heading: `Taken down from ${network}`, acts: [] };
  if (post.providerStatus === 'accepted') {
    return { heading: `Accepted by ${network}, not visible yet`, body: 'It is looked at again until the public can see it.', acts: ['check'] };
  }
  const since = post.publishedAt ? ` since ${moment(post.publishedAt, zone, true)}` : '';
  const found = post.reconciliationStatus === 'confirmed';
  return {
    heading: found ? `Live on ${network}, exactly once` : `Live on ${network}${since}`,
    body: found ? `An answer was lost. The account was read back, the post was found and adopted, and nothing was sent again.` : undefined,
    acts: [],
  };
}

function failed(post: Post, network: string): Omit<Verdict, 'look'> {
  const why = post.error ?? undefined;
  if (post.reconciliationStatus === 'unresolved') {
    return {
      heading: 'It may be live, and we cannot tell',
      body: `The answer was lost, and ${network} cannot be read back. Look there, and say what you found: nothing is sent again until you do.`,
      acts: ['resolve'],
    };
  }
  if (post.errorCode === 'account_disconnected') return { heading: 'Its account was disconnected', body: why, acts: ['reconnect'] };
  if (post.errorCode === 'publish_too_late') return { heading: 'It was too late to go out', body: why, acts: ['retry'] };
  if (post.errorCode === 'parent_post_failed') return { heading: 'The post that it replies to failed', body: why, acts: [] };
  return { heading: `${network} refused it`, body: why, acts: ['retry'] };
}

function publishing(post: Post, network: string, { zone, now }: Known): Omit<Verdict, 'look'> {
  if (post.reconciliationStatus === 'pending') {
    const next = post.nextAttemptAt ? ` The next look is ${ago(post.nextAttemptAt, now)}.` : '';
    return { heading: 'The answer was lost; looking for it', body: `${network} is read back until it is known what became of it.${next}`, acts: [] };
  }
  const begun = post.publishAtUtc ? ` since ${clock(post.publishAtUtc, zone, true)}` : '';
  return { heading: `Being published on ${network}${begun}`, body: 'It cannot be taken back while it may be on its way.', acts: [] };
}

function waiting(post: Post, network: string, due: string, { zone, now }: Known): Omit<Verdict, 'look'> {
  if (post.blockedBy === 'parent') return { heading: 'Waits for the post that it replies to', body: `It is due ${due}.`, acts: ['cancel'] };
  if (post.blockedBy === 'account') return { heading: 'Waits until its account is connected again', body: post.error ?? undefined, acts: ['reconnect', 'cancel'] };
  if (post.blockedBy === 'hold') return { heading: 'Held back by the operator', body: 'It goes out when the operator releases it.', acts: ['cancel'] };
  if (post.status === 'retry_pending') {
    const at = post.nextAttemptAt ? ` at ${clock(post.nextAttemptAt, zone)}` : '';
    return { heading: `Trying again${at}`, body: post.error ?? `${network} could not be reached.`, acts: ['retry', 'edit', 'cancel'] };
  }
  const far = post.publishAtUtc ? ` (${ago(post.publishAtUtc, now)})` : '';
  return { heading: `Goes out ${due}${far}`, acts: ['edit', 'cancel'] };
}
