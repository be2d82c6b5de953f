// A run as a graph: a lane for each account of each campaign, its posts in the order of their times, and which of them reply to which.
import type { Post } from '../api/posts';

export interface Node {
  post: Post;
  column: number;
  after: number | null; // milliseconds since the node before it in its lane
  parent: string | null;
}

export interface Lane {
  key: string;
  provider: string;
  accountId: string;
  account: string;
  nodes: Node[];
}

export interface Part {
  name: string | null;
  lanes: Lane[];
}

export interface Graph {
  parts: Part[];
  columns: string[]; // the instants at which something is due
}

export function graphOf(posts: Post[]): Graph {
  const due = (post: Post) => post.publishAtUtc ?? '';
  const ordered = [...posts].sort((a, b) => due(a).localeCompare(due(b)) || (a.sequencePosition ?? 0) - (b.sequencePosition ?? 0));
  const places = columnsOf(ordered);
  const parts = new Map<string, Part>();
  const lanes = new Map<string, Lane>();
  for (const post of ordered) {
    const campaign = String(post.campaignIndex ?? '');
    const part = parts.get(campaign) ?? { name: post.campaignName ?? null, lanes: [] };
    parts.set(campaign, part);
    const key = `${campaign}/${post.campaignId ? post.targetIndex : post.accountId}`;
    let lane = lanes.get(key);
    if (!lane) {
      lane = { key, provider: post.provider, accountId: post.accountId ?? '', account: post.account, nodes: [] };
      lanes.set(key, lane);
      part.lanes.push(lane);
    }
    const before = lane.nodes.at(-1)?.post;
    const after = before ? Date.parse(due(post)) - Date.parse(due(before)) : null;
    lane.nodes.push({ post, column: places.of.get(post.id)!, after, parent: post.parentPostId ?? null });
  }
  return { parts: [...parts.values()], columns: places.columns };
}

/** Posts of one instant share a column, but where a lane has several of them: those follow each other. */
function columnsOf(ordered: Post[]) {
  const of = new Map<string, number>();
  const columns: string[] = [];
  const taken = new Map<number, Set<string>>();
  for (const post of ordered) {
    const lane = `${post.campaignIndex ?? ''}/${post.campaignId ? post.targetIndex : post.accountId}`;
    const at = post.publishAtUtc ?? '';
    let column = columns.indexOf(at);
    while (column >= 0 && column < columns.length && (columns[column] !== at || taken.get(column)?.has(lane))) column++;
    if (column < 0 || column >= columns.length) column = columns.push(at) - 1;
    taken.set(column, (taken.get(column) ?? new Set()).add(lane));
    of.set(post.id, column);
  }
  return { of, columns };
}
