// Something that happened and what to do about it, where it happened. A load that failed is never drawn as empty.
import { Button } from '@mantine/core';
import { CircleHelp, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { Problem } from '../api/client';
import { HOME } from '../lib/address';
import classes from './Notice.module.css';

type Tone = 'bad' | 'warn' | 'info' | 'unknown';
const ICONS = { bad: TriangleAlert, warn: TriangleAlert, info: Info, unknown: CircleHelp };

export function Notice({ tone = 'info', children, action }: { tone?: Tone; children: ReactNode; action?: ReactNode }) {
  const Icon = ICONS[tone];
  return (
    <div className={classes.notice} data-tone={tone} role={tone === 'bad' ? 'alert' : 'status'}>
      <Icon size={16} aria-hidden />
      <div className={classes.text}>{children}</div>
      {action}
    </div>
  );
}

export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  const problem = error instanceof Problem ? error : new Problem(0, 'unknown', error instanceof Error ? error.message : String(error));
  const { upgradePath } = problem.details;
  const again =
    typeof upgradePath === 'string' ? (
      <a href={`${HOME}/billing`}>Plans</a>
    ) : (
      retry && (
        <Button size="compact-sm" variant="default" onClick={retry}>
          Try again
        </Button>
      )
    );
  return (
    <Notice tone="bad" action={again}>
      {problem.message}
      {problem.requestId && <span className={classes.id}> Request {problem.requestId}</span>}
    </Notice>
  );
}

export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className={classes.empty}>
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {action}
    </div>
  );
}
