// Pictures and films of a post, laid out and cut as its network does it.
import { Image, Play } from 'lucide-react';
import type { Look } from './looks';
import type { Picture } from './Preview';
import classes from './PreviewMedia.module.css';

const MOSAIC = 4; // pictures that are shown of more

export function PreviewMedia({ look, pictures }: { look: Look; pictures: Picture[] }) {
  const kind = { className: classes.media, 'data-frame': look.frame, 'data-skin': look.skin };
  if (!pictures.length) return look.frame === 'tall' || look.frame === 'film' ? <div {...kind} data-count={0} style={{ aspectRatio: look.ratio[0] }} /> : null;
  const most = look.media === 'mosaic' ? MOSAIC : look.media === 'stack' ? pictures.length : 1;
  const shown = pictures.slice(0, most);
  const alone = shown.length === 1 || look.media === 'stack';
  return (
    <div {...kind} data-layout={look.media} data-count={shown.length}>
      {shown.map((one, number) => (
        <figure key={one.id} style={alone ? { aspectRatio: ratio(one, look) } : undefined}>
          {one.url ? <img src={one.url} alt={one.alt} /> : <Image size={26} aria-label={one.alt || 'A file that is on its way'} />}
          {one.kind === 'video' && (
            <span className={classes.play} aria-hidden>
              <Play size={20} fill="currentColor" />
            </span>
          )}
          {one.alt && look.skin === 'x' && (
            <span className={classes.alt} aria-hidden>
              ALT
            </span>
          )}
          {number === most - 1 && look.media === 'mosaic' && pictures.length > most && <figcaption className={classes.rest}>+{pictures.length - most + 1}</figcaption>}
        </figure>
      ))}
      {look.media === 'carousel' && pictures.length > 1 && (
        <span className={classes.count}>
          1/{pictures.length}
        </span>
      )}
    </div>
  );
}

/** Its own, as far as the network shows that; the rest is cut. */
function ratio(one: Picture, { ratio: [least, most] }: Look): number {
  const own = one.width && one.height ? one.width / one.height : one.kind === 'video' ? 1.7778 : 1.25;
  return Math.min(most, Math.max(least, own));
}
