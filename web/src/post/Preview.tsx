// A post as its network will show it: one component, and a table of looks. What is cut, folded or left out there is cut, folded or left out here.
import { Globe } from 'lucide-react';
import { memo, type ReactNode } from 'react';
import { labelOf } from '../ui/Glyph';
import { foldAt, FRAMES, LOOKS, type Look } from './looks';
import classes from './Preview.module.css';
import { PreviewMedia } from './PreviewMedia';
import skins from './skins.module.css';

export interface Picture {
  id: string;
  url: string | null; // null: there is none to show yet
  kind: string;
  alt: string;
  width?: number | null;
  height?: number | null;
}

export interface Said {
  title?: string;
  text: string;
  /** How much of the text the network takes. */
  fits?: number;
  pictures: Picture[];
}

interface Props {
  provider: string;
  name: string;
  handle: string;
  said: Said;
  replies?: Said[];
  narrow?: boolean;
}

export const Preview = memo(function Preview({ provider, name, handle, said, replies = [], narrow = false }: Props) {
  const look = LOOKS[provider] ?? LOOKS.x!;
  const all = [said, ...replies].map((one) => (one.title && !look.titled ? joined(one) : one));
  return (
    <article className={`${skins.skin} ${classes.post}`} data-skin={look.skin} data-frame={look.frame} aria-label={`How it will look on ${labelOf(provider)}`}>
      {all.map((one, number) => (
        <div key={number} className={classes.one} data-more={number < all.length - 1 || undefined}>
          {look.frame === 'row' && <Avatar name={name} look={look} />}
          <div className={classes.parts}>
            {FRAMES[look.frame].map((part) => (
              <Part key={part} part={part} look={look} name={name} handle={handle} said={one} narrow={narrow} />
            ))}
          </div>
        </div>
      ))}
    </article>
  );
});

const joined = ({ title, text, ...rest }: Said): Said => ({ ...rest, text: text ? `${title}\n\n${text}` : title! });

type Of = { look: Look; name: string; handle: string; said: Said; narrow: boolean };

function Part({ part, ...of }: Of & { part: (typeof FRAMES)[keyof typeof FRAMES][number] }): ReactNode {
  const { look, name, said } = of;
  switch (part) {
    case 'head':
      return <Head {...of} />;
    case 'title':
      return said.title ? <h3 className={classes.title}>{said.title}</h3> : null;
    case 'text':
      return said.text || look.named ? <Text look={look} said={said} name={name} narrow={of.narrow} /> : null;
    case 'media':
      return <PreviewMedia look={look} pictures={said.pictures} />;
    case 'time':
      return <p className={classes.time}>now</p>;
    case 'actions':
      return look.actions.length ? (
        <div className={classes.actions} aria-hidden>
          {look.actions.map((Icon, number) => (
            <Icon key={number} size={17} strokeWidth={1.9} />
          ))}
        </div>
      ) : null;
  }
}

function Avatar({ name, look }: { name: string; look: Look }) {
  if (look.avatar === 'none') return null;
  return (
    <span className={classes.avatar} data-shape={look.avatar} aria-hidden>
      {name.replace(/^[^\p{L}\p{N}]+/u, '').charAt(0).toUpperCase() || '?'}
    </span>
  );
}

function Head({ look, name, handle }: Of) {
  return (
    <header className={classes.head}>
      {look.frame !== 'row' && <Avatar name={name} look={look} />}
      <span className={classes.names}>
        <strong>{name}</strong>
        {look.meta === 'app' && <span className={classes.app}>APP</span>}
        {look.meta === 'handle' && <span className={classes.meta}>@{handle.replace(/^@/, '')} · now</span>}
        {look.meta === 'now' && (
          <span className={classes.meta}>
            Now · <Globe size={11} aria-hidden />
          </span>
        )}
      </span>
    </header>
  );
}

function Text({ look, said, name, narrow }: { look: Look; said: Said; name: string; narrow: boolean }) {
  const end = foldAt(said.text, look.fold, narrow);
  const fits = said.fits ?? said.text.length;
  const [sound, over] = [said.text.slice(0, Math.min(end, fits)), said.text.slice(fits, Math.max(end, fits))];
  return (
    <p className={classes.text}>
      {look.named && <strong>{name} </strong>}
      {tokens(sound, look)}
      {over && <mark title="The network does not take this part">{over}</mark>}
      {end < said.text.length && <span className={classes.more}>{look.fold?.more}</span>}
    </p>
  );
}

const LEADING = /(https?:\/\/[^\s]+)|([#@][\p{L}\p{N}_.]+)/gu;
const LINK_SHOWN = 24;

/** A text with what leads somewhere there marked as such. */
function tokens(text: string, look: Look): ReactNode[] {
  const found: ReactNode[] = [];
  let from = 0;
  for (const match of text.matchAll(LEADING)) {
    const [all, link] = match;
    const leads = link ? look.links !== 'plain' : look.tags;
    if (!leads) continue;
    found.push(text.slice(from, match.index));
    found.push(
      <span key={match.index} className={classes.link}>
        {link && look.links === 'shortened' ? shortened(link) : all}
      </span>,
    );
    from = match.index + all.length;
  }
  return [...found, text.slice(from)];
}

function shortened(link: string): string {
  const bare = link.replace(/^https?:\/\/(www\.)?/, '');
  return bare.length > LINK_SHOWN ? `${bare.slice(0, LINK_SHOWN)}…` : bare;
}
