// What figures are called and how they have changed.
import { capital } from '../lib/say';
import { labelOf } from '../ui/Glyph';
import type { Overview } from './queries';

export const nameOfFigure = (figure: string) => capital(figure);

/** `▲ 12 %`, and whether that is more. Of nothing before, there is no percentage. */
export function change(now: number, before: number | undefined | null): { text: string; more: boolean | null } | null {
  if (before === undefined || before === null) return null;
  if (before === now) return { text: 'as before', more: null };
  if (before <= 0) return { text: 'none before', more: null };
  const percent = Math.round(((now - before) / before) * 100);
  return { text: `${percent >= 0 ? '▲' : '▼'} ${Math.abs(percent)} %`, more: percent >= 0 };
}

/** The networks of a workspace's accounts that do not tell a figure. */
export function silent(overview: Overview, figure: string): string[] {
  const found = overview.accounts.filter((one) => one.metrics[figure] === null && one.account.status !== 'disconnected').map((one) => labelOf(one.account.provider ?? ''));
  return [...new Set(found)];
}
