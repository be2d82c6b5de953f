// Every try at a post with its steps, each as a bar of its length. Looks for a lost answer are tries too, and stand in the same list.
import { AlertTriangle, Check, CircleHelp, Eye, Search, Send, type LucideIcon } from 'lucide-react';
import type { Attempt } from '../api/posts';
import { clock, duration } from '../lib/say';
import { wall } from '../lib/time';
import classes from './Timeline.module.css';

const STAGES: Record<string, [string, LucideIcon]> = {
  publish: ['Publish', Send],
  reconcile: ['Look for it', Search],
  confirm: ['Ask whether it is visible', Eye],
};

export function Timeline({ attempts, zone }: { attempts: Attempt[]; zone: string }) {
  if (!attempts.length) return <p className={classes.none}>Nothing was tried yet.</p>;
  return (
    <ol className={classes.list}>
      {attempts.map((one) => (
        <li key={one.attemptNo} className={classes.attempt}>
          <Try attempt={one} zone={zone} />
        </li>
      ))}
    </ol>
  );
}

function Try({ attempt, zone }: { attempt: Attempt; zone: string }) {
  const [name, Icon] = STAGES[attempt.stage] ?? [attempt.stage, Send];
  const took = attempt.finishedAt ? Date.parse(attempt.finishedAt) - Date.parse(attempt.startedAt) : null;
  const tone = attempt.ok ? 'ok' : attempt.ok === null ? undefined : attempt.code === 'provider_uncertain' ? 'unknown' : 'bad';
  return (
    <>
      <div className={classes.head} data-tone={tone}>
        <Icon size={16} aria-hidden />
        <strong>{name}</strong>
        {attempt.code && <code>{attempt.code}</code>}
        <span className={classes.meta}>
          attempt {attempt.attemptNo} · {clock(attempt.startedAt, zone, true)}
          {took === null ? ' · under way' : ` · ${duration(took)}`}
        </span>
      </div>
      {attempt.message && <p className={classes.message}>{attempt.message}</p>}
      {!!attempt.steps?.length && (
        <ol className={classes.steps}>
          {attempt.steps.map((step) => (
            <Step key={step.name} step={step} begin={Date.parse(attempt.startedAt)} whole={Math.max(took ?? 1, 1)} zone={zone} />
          ))}
        </ol>
      )}
    </>
  );
}

type StepOf = NonNullable<Attempt['steps']>[number];

function Step({ step, begin, whole, zone }: { step: StepOf; begin: number; whole: number; zone: string }) {
  const from = Date.parse(step.startedAt);
  const took = step.finishedAt ? Date.parse(step.finishedAt) - from : null;
  const lost = step.irreversible && !step.done;
  const Icon = lost ? (took === null ? CircleHelp : AlertTriangle) : Check;
  const at = wall(step.startedAt, zone);
  return (
    <li className={classes.step} data-lost={lost || undefined}>
      <time dateTime={step.startedAt}>{`${clock(step.startedAt, zone, true)}.${String(at.millisecond).padStart(3, '0')}`}</time>
      <span className={classes.name}>
        <Icon size={14} aria-hidden /> {step.name}
        {step.irreversible && <small>{lost ? 'no answer: it may be live' : 'makes it visible'}</small>}
      </span>
      <svg className={classes.track} viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden>
        <rect className={classes.ground} width="100" height="6" rx="3" />
        <rect x={Math.min(99, ((from - begin) / whole) * 100)} width={Math.max(1, ((took ?? whole) / whole) * 100)} height="6" rx="1" />
      </svg>
      <span className={classes.took}>{took === null ? '…' : duration(took)}</span>
    </li>
  );
}
