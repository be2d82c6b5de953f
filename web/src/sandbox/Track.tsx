// The posts of the last hours and of the next, on one line, with the time of the workspace among them.
import { useElementSize } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useWorkspace } from '../app/session';
import { clock, counted } from '../lib/say';
import { lookOf } from '../ui/status';
import { aroundOf, hourOf } from './queries';
import classes from './Track.module.css';

const LABEL = 46; // the least distance of two times

export function Track({ now }: { now: number }) {
  const { id, zone } = useWorkspace();
  const { data } = useQuery(aroundOf(id, hourOf(now)));
  const { ref, width } = useElementSize();
  if (!data) return <div ref={ref} className={classes.track} />;
  const x = (at: number) => ((at - data.from) / (data.to - data.from)) * width;
  const dots = data.posts.flatMap((post) => (post.publishAtUtc ? [{ id: post.id, at: Date.parse(post.publishAtUtc), look: lookOf(post) }] : []));
  let last = -LABEL;
  const labelled = dots.filter((dot) => {
    if (x(dot.at) - last < LABEL || Math.abs(x(dot.at) - x(now)) < LABEL || x(dot.at) > width - 18 || x(dot.at) < 18) return false;
    last = x(dot.at);
    return true;
  });
  const passed = dots.filter((dot) => dot.at <= now).length;
  return (
    <div ref={ref} className={classes.track}>
      {width > 0 && (
        <svg width={width} height={56} role="img" aria-label={`${counted(passed, 'post')} in the last hours, ${counted(dots.length - passed, 'post')} in the next`}>
          <line className={classes.rule} x1={0} x2={width} y1={18} y2={18} />
          {dots.map((dot) => (
            <circle key={dot.id} className={classes.dot} data-look={dot.look} cx={x(dot.at)} cy={18} r={4} />
          ))}
          {labelled.map((dot) => (
            <text key={dot.id} className={classes.label} x={x(dot.at)} y={40} textAnchor="middle">
              {clock(new Date(dot.at).toISOString(), zone)}
            </text>
          ))}
          <line className={classes.now} x1={x(now)} x2={x(now)} y1={6} y2={30} />
          <text className={classes.nowLabel} x={x(now)} y={44} textAnchor="middle">
            now
          </text>
        </svg>
      )}
    </div>
  );
}
