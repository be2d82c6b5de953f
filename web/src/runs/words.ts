// What runs and their parts are called.
import type { ListedRun } from '../api/runs';

const SOURCES: Record<string, string> = { api: 'the API', dashboard: 'the dashboard', mcp: 'an agent', cli: 'the command line' };

/** Who handed it in, and how. */
export function madeBy(run: Pick<ListedRun, 'maker' | 'source'>): string {
  const how = SOURCES[run.source ?? ''] ?? run.source ?? 'the API';
  const { maker } = run;
  if (!maker) return `by ${how}`;
  if (maker.what === 'person') return `${maker.name ?? 'Somebody who is gone'}, by ${how}`;
  const key = maker.keyPrefix ? `, key ${maker.keyPrefix}…` : '';
  return `${maker.keyKind === 'agent' ? 'Agent' : 'Key'} ${maker.name ?? 'without a name'}${key}`;
}

/** `+5 min`, `+1 d` */
export function later(milliseconds: number): string {
  const minutes = Math.round(milliseconds / 60_000);
  if (minutes < 1) return `+${Math.round(milliseconds / 1000)} s`;
  if (minutes < 120) return `+${minutes} min`;
  if (minutes < 48 * 60) return `+${Math.round(minutes / 60)} h`;
  return `+${Math.round(minutes / 1440)} d`;
}
