// How posts look on each network: facts, in one table. What a post may hold is not here: that is the API's to say. A fold is where a feed cuts
// a text and offers the rest; networks do not publish it, so each names a page that has looked.
import { Bookmark, ChartNoAxesColumn, Forward, Heart, MessageCircle, Repeat2, Send, Share2, ThumbsUp, ArrowBigUp, type LucideIcon } from 'lucide-react';

/** What comes after what. Each frame is an order of the same parts. */
export const FRAMES = {
  row: ['head', 'title', 'text', 'media', 'actions'], // beside the picture of who writes
  head: ['head', 'title', 'text', 'media', 'actions'], // below it
  under: ['head', 'media', 'actions', 'text'],
  tall: ['media', 'head', 'text'], // over a film that fills the screen
  film: ['media', 'title', 'head', 'text'],
  pin: ['media', 'title', 'text', 'head'],
  chat: ['head', 'media', 'text', 'time'],
  article: ['title', 'head', 'media', 'text'],
} as const;

export interface Fold {
  characters?: number;
  narrow?: number; // on a phone, where that differs
  words?: number;
  lines?: number;
  more: string;
  source: string;
}

export interface Look {
  skin: string; // whose colours and type, in Preview.module.css
  frame: keyof typeof FRAMES;
  fold?: Fold;
  links: 'shortened' | 'linked' | 'plain';
  tags: boolean; // whether #this and @that lead somewhere
  meta: 'handle' | 'now' | 'app' | 'none'; // what stands beside the name
  avatar: 'round' | 'square' | 'none';
  media: 'mosaic' | 'carousel' | 'first' | 'stack';
  ratio: [least: number, most: number]; // of one picture, width by height: what is beyond is cut
  titled?: boolean; // it has titles; elsewhere a title is put before the text
  named?: boolean; // the name stands before the text again
  actions: LucideIcon[];
}

const NATURAL: [number, number] = [0.4, 3];
const FOLDS = 'https://posttruncate.com/en/platform-limits/';

const linkedin: Look = {
  skin: 'linkedin',
  frame: 'head',
  fold: { characters: 210, narrow: 140, lines: 3, more: '…more', source: FOLDS },
  links: 'linked',
  tags: true,
  meta: 'now',
  avatar: 'round',
  media: 'mosaic',
  ratio: [0.8, 1.91],
  actions: [ThumbsUp, MessageCircle, Repeat2, Send],
};

const facebook: Look = {
  skin: 'facebook',
  frame: 'head',
  fold: { characters: 480, narrow: 110, more: '… See more', source: FOLDS },
  links: 'linked',
  tags: true,
  meta: 'now',
  avatar: 'round',
  media: 'mosaic',
  ratio: [0.8, 1.91],
  actions: [ThumbsUp, MessageCircle, Forward],
};

const instagram: Look = {
  skin: 'instagram',
  frame: 'under',
  fold: { characters: 125, lines: 2, more: '… more', source: FOLDS },
  links: 'plain',
  tags: true,
  meta: 'none',
  avatar: 'round',
  media: 'carousel',
  ratio: [0.8, 1.91],
  named: true,
  actions: [Heart, MessageCircle, Send, Bookmark],
};

export const LOOKS: Record<string, Look> = {
  x: {
    skin: 'x',
    frame: 'row',
    links: 'shortened',
    tags: true,
    meta: 'handle',
    avatar: 'round',
    media: 'mosaic',
    ratio: [0.75, 1.78],
    actions: [MessageCircle, Repeat2, Heart, ChartNoAxesColumn, Bookmark],
  },
  linkedin,
  linkedin_page: { ...linkedin, avatar: 'square' },
  facebook,
  meta: facebook,
  instagram,
  instagram_business: instagram,
  tiktok: {
    skin: 'tall',
    frame: 'tall',
    fold: { characters: 150, lines: 2, more: '… more', source: 'https://toolshake.xyz/tool/caption-character-counter/' },
    links: 'plain',
    tags: true,
    meta: 'none',
    avatar: 'none',
    media: 'carousel',
    ratio: [0.5625, 0.5625],
    actions: [],
  },
  snapchat: { skin: 'tall', frame: 'tall', links: 'plain', tags: false, meta: 'none', avatar: 'none', media: 'first', ratio: [0.5625, 0.5625], actions: [] },
  youtube: {
    skin: 'youtube',
    titled: true,
    frame: 'film',
    fold: { characters: 157, lines: 3, more: '...more', source: 'https://toolsdeck.app/guide/social-media-character-limits' },
    links: 'linked',
    tags: true,
    meta: 'now',
    avatar: 'round',
    media: 'first',
    ratio: [1.7778, 1.7778],
    actions: [],
  },
  pinterest: { skin: 'pinterest', titled: true, frame: 'pin', links: 'plain', tags: true, meta: 'none', avatar: 'round', media: 'carousel', ratio: [0.5, 1.5], actions: [] },
  reddit: { skin: 'reddit', titled: true, frame: 'head', links: 'linked', tags: false, meta: 'now', avatar: 'round', media: 'first', ratio: NATURAL, actions: [ArrowBigUp, MessageCircle, Share2] },
  discord: { skin: 'discord', frame: 'row', links: 'linked', tags: false, meta: 'app', avatar: 'round', media: 'stack', ratio: NATURAL, actions: [] },
  telegram: { skin: 'telegram', frame: 'chat', links: 'linked', tags: true, meta: 'none', avatar: 'none', media: 'first', ratio: NATURAL, actions: [] },
  wordpress: {
    skin: 'wordpress',
    titled: true,
    frame: 'article',
    fold: { words: 55, more: ' […]', source: 'https://developer.wordpress.org/reference/functions/wp_trim_excerpt/' },
    links: 'linked',
    tags: false,
    meta: 'now',
    avatar: 'none',
    media: 'stack',
    ratio: NATURAL,
    actions: [],
  },
};

const LINE = 70; // characters that a line of a feed has, about

/** Where a text is cut; its length, where it is not. */
export function foldAt(text: string, fold: Fold | undefined, narrow: boolean): number {
  if (!fold) return text.length;
  const most = (narrow ? fold.narrow : undefined) ?? fold.characters ?? Infinity;
  let end = Math.min(text.length, most);
  if (fold.words) end = Math.min(end, nthWord(text, fold.words));
  if (fold.lines) end = Math.min(end, nthLine(text, fold.lines));
  if (end >= text.length) return text.length;
  const space = text.lastIndexOf(' ', end);
  return end - space < 20 && space > 0 ? space : end; // networks do not cut words, where they can help it
}

function nthWord(text: string, count: number): number {
  const words = text.matchAll(/\S+/g);
  for (const [number, word] of [...words].entries()) if (number === count) return word.index;
  return text.length;
}

function nthLine(text: string, count: number): number {
  let [lines, at] = [0, 0];
  for (const line of text.split('\n')) {
    lines += Math.max(1, Math.ceil(line.length / LINE));
    at += line.length + 1;
    if (lines >= count) return Math.min(text.length, at - 1);
  }
  return text.length;
}
