// The graph of a run, drawn: accounts below each other, time from left to right; what replies hangs on what it replies to. Arrows walk it.
import { useElementSize } from '@mantine/hooks';
import type { KeyboardEvent } from 'react';
import { useMemo, useRef } from 'react';
import type { Post } from '../api/posts';
import { moment, shortDay, clock } from '../lib/say';
import { wall } from '../lib/time';
import { useNames } from '../api/accounts';
import { useWorkspace } from '../app/session';
import { Glyph, labelOf } from '../ui/Glyph';
import { LOOKS, lookOf } from '../ui/status';
import { graphOf, type Graph, type Lane } from './graph';
import classes from './RunGraph.module.css';
import { later } from './words';

const [NARROWEST, WIDEST, ROOMY] = [168, 320, 220]; // of a column; from the last on texts have more than one line
const [GAP, HEAD, ABOVE, BELOW] = [18, 30, 6, 16];
export const MOST_COLUMNS = 60;

export function RunGraph({ posts, open }: { posts: Post[]; open: (id: string) => void }) {
  const graph = useMemo(() => graphOf(posts), [posts]);
  const box = useRef<HTMLDivElement>(null);
  return (
    <div ref={box} className={classes.graph} role="group" aria-label="Graph of the run" onKeyDown={(event) => walk(event, box.current)}>
      {graph.parts.map((part, n) => (
        <section key={n}>
          {part.name && <h2 className={classes.part}>{part.name}</h2>}
          <Drawn lanes={part.lanes} graph={graph} open={open} />
        </section>
      ))}
    </div>
  );
}

function Drawn({ lanes, graph, open }: { lanes: Lane[]; graph: Graph; open: (id: string) => void }) {
  const { id, zone } = useWorkspace();
  const name = useNames(id);
  const columns = [...new Set(lanes.flatMap((lane) => lane.nodes.map((node) => node.column)))].sort((a, b) => a - b);
  // Few columns share the room there is; of many each has as little as it needs, and they are scrolled.
  const { ref, width } = useElementSize();
  const wide = Math.max(NARROWEST, Math.min(WIDEST, Math.floor(width / columns.length)));
  const roomy = wide >= ROOMY;
  const [across, height] = [wide - GAP, roomy ? 92 : 50];
  const down = ABOVE + height + BELOW;
  const x = (column: number) => columns.indexOf(column) * wide;
  const size = { width: columns.length * wide - GAP, height: HEAD + lanes.length * down };
  const place = new Map(lanes.flatMap((lane, row) => lane.nodes.map((node) => [node.post.id, { left: x(node.column), top: HEAD + row * down + ABOVE }] as const)));
  return (
    <div className={classes.part_frame}>
      <ul className={classes.accounts} style={{ paddingBlockStart: HEAD }}>
        {lanes.map((lane) => (
          <li key={lane.key} style={{ blockSize: height, marginBlock: `${ABOVE}px ${BELOW}px` }}>
            <Glyph provider={lane.provider} size={22} named />
            <span>{name(lane.accountId, lane.account)}</span>
          </li>
        ))}
      </ul>
      <div className={classes.scroller} ref={ref} tabIndex={0} role="region" aria-label="Posts by time">
        <div className={classes.plane} style={{ inlineSize: size.width, blockSize: size.height }}>
          <svg className={classes.edges} width={size.width} height={size.height} aria-hidden>
            {lanes.map((lane, row) => lane.nodes.slice(1).map((node, n) => {
              const from = x(lane.nodes[n]!.column) + across;
              const y = HEAD + row * down + ABOVE + height / 2;
              return <path key={node.post.id} data-reply={node.parent !== null || undefined} d={`M${from} ${y}H${x(node.column)}`} />;
            }))}
          </svg>
          {columns.map((column) => (
            <time key={column} className={classes.time} style={{ insetInlineStart: x(column) }} dateTime={graph.columns[column]}>
              {graph.columns[column] && `${shortDay(wall(graph.columns[column], zone).toPlainDate().toString())}, ${clock(graph.columns[column], zone)}`}
            </time>
          ))}
          {lanes.map((lane) => lane.nodes.map((node, n) => {
            const look = lookOf(node.post);
            const Icon = LOOKS[look].icon;
            const at = place.get(node.post.id)!;
            const words = node.post.description || node.post.name;
            return (
              <button
                key={node.post.id}
                type="button"
                className={classes.node}
                data-look={look}
                data-node
                data-roomy={roomy || undefined}
                style={{ insetInlineStart: at.left, insetBlockStart: at.top, inlineSize: across, blockSize: height }}
                onClick={() => open(node.post.id)}
              >
                <span className="visually-hidden">
                  {labelOf(lane.provider)}, {name(lane.accountId, lane.account)}, {node.post.publishAtUtc && moment(node.post.publishAtUtc, zone)}
                  {node.parent && ', a reply'}:{' '}
                </span>
                <span className={classes.state}>
                  <Icon size={13} strokeWidth={2.4} aria-hidden /> {LOOKS[look].word}
                  {n > 0 && node.after !== null && <small>{node.parent ? '↩ ' : ''}{later(node.after)}</small>}
                </span>
                <span className={classes.words}>{words || 'No text'}</span>
              </button>
            );
          }))}
        </div>
      </div>
    </div>
  );
}

const ARROWS: Record<string, [x: number, y: number]> = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

/** From node to node, to the nearest in that direction. */
function walk(event: KeyboardEvent, box: HTMLElement | null): void {
  const to = ARROWS[event.key];
  const from = (event.target as Element).closest<HTMLElement>('[data-node]');
  if (!to || !from || !box) return;
  event.preventDefault();
  const here = from.getBoundingClientRect();
  const far = (node: HTMLElement) => {
    const there = node.getBoundingClientRect();
    const [dx, dy] = [there.left - here.left, there.top - here.top];
    const ahead = to[0] ? dx * to[0] : dy * to[1];
    return ahead < 1 ? Infinity : ahead + 3 * Math.abs(to[0] ? dy : dx);
  };
  const nodes = [...box.querySelectorAll<HTMLElement>('[data-node]')].map((node) => [far(node), node] as const);
  const [distance, nearest] = nodes.reduce((best, one) => (one[0] < best[0] ? one : best), [Infinity, from] as const);
  if (distance < Infinity) nearest.focus();
}
