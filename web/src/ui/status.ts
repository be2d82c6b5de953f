// What the states of a post are called, and how they look: a colour, an icon and a word, never a colour alone.
import { Check, CircleHelp, Clock3, Loader, Pencil, RotateCw, Slash, TriangleAlert, type LucideIcon } from 'lucide-react';

export type Look = 'draft' | 'scheduled' | 'publishing' | 'published' | 'waiting' | 'failed' | 'unknown' | 'canceled';

export const LOOKS: Record<Look, { word: string; icon: LucideIcon }> = {
  draft: { word: 'Draft', icon: Pencil },
  scheduled: { word: 'Scheduled', icon: Clock3 },
  publishing: { word: 'Being published', icon: Loader },
  published: { word: 'Published', icon: Check },
  waiting: { word: 'Trying again', icon: RotateCw },
  failed: { word: 'Failed', icon: TriangleAlert },
  unknown: { word: 'Outcome unknown', icon: CircleHelp },
  canceled: { word: 'Canceled', icon: Slash },
};

/** The worst comes first: it is what a card of several posts shows. */
export const WORST: Look[] = ['unknown', 'failed', 'waiting', 'publishing', 'draft', 'scheduled', 'published', 'canceled'];

export function lookOf(post: { status: string; reconciliationStatus?: string | null }): Look {
  if (post.status === 'failed') return post.reconciliationStatus === 'unresolved' ? 'unknown' : 'failed';
  if (post.status === 'retry_pending') return 'waiting';
  return post.status in LOOKS ? (post.status as Look) : 'scheduled';
}

export const MOVABLE = new Set(['draft', 'scheduled', 'retry_pending']);
