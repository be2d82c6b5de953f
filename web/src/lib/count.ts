// How long a text is to a network, in the unit that the network's capabilities name. The server counts again; this is for while one types.

const LINK_LENGTH = 23;
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const EMOJI = /\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3/u;
const LIGHT: [number, number][] = [
  [0, 4351],
  [8192, 8205],
  [8208, 8223],
  [8242, 8247],
];
const PLAIN = /^[\x00-\x7f]*$/;

let tlds = new Set('com org net io dev app co me eu de uk fr tv news shop blog info example'.split(' '));

/** Which words make a bare name a link: X's list, once it is here. */
export function knowTlds(list: string): void {
  tlds = new Set(list.replace(/^#.*$/gm, '').split(/\s+/).filter(Boolean));
  counted.clear();
}

function weighted(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let length = 0;
  for (const { segment } of graphemes.segment(text.normalize('NFC'))) {
    if (EMOJI.test(segment)) length += 2;
    else for (const sign of segment) length += LIGHT.some(([from, to]) => sign.codePointAt(0)! >= from && sign.codePointAt(0)! <= to) ? 1 : 2;
  }
  return length;
}

const HOST = /(?<![@#$\p{L}\p{N}_./-])(https?:\/\/)?((?:[\p{L}\p{N}][\p{L}\p{N}_-]*\.)+\p{L}[\p{L}\p{N}-]+)(:\d+)?((?:[/?#]\S*)?)/giu;
const ENDING = /[.,;:!?'"’”)\]}…]+$/u;

/** Where the links of a text are, as X finds them. */
function links(text: string): [from: number, to: number][] {
  const found: [number, number][] = [];
  for (const match of text.matchAll(HOST)) {
    const [, scheme = '', host = '', port = '', rest = ''] = match;
    const labels = host.split('.');
    let end = labels.length;
    while (end > 1 && !tlds.has(labels[end - 1]!.toLowerCase())) end -= 1;
    if (end < 2) continue;
    const whole = end === labels.length;
    const length = labels.slice(0, end).join('.').length + (whole ? port.length + rest.replace(ENDING, '').length : 0);
    found.push([match.index, match.index + scheme.length + length]);
  }
  return found;
}

/** X's way: links are 23, emoji 2, most letters of Latin scripts 1 and others 2. */
function asOnX(text: string): number {
  let length = 0;
  let from = 0;
  for (const [start, end] of text.includes('.') ? links(text) : []) {
    length += weighted(text.slice(from, start)) + LINK_LENGTH;
    from = end;
  }
  return length + weighted(text.slice(from));
}

function measured(text: string, unit: string): number {
  if (unit === 'weighted characters') return asOnX(text);
  if (unit === 'UTF-16 code units') return text.length;
  if (unit === 'bytes') return new TextEncoder().encode(text).length;
  return PLAIN.test(text) ? text.length : [...text].length;
}

const REMEMBERED = 64;
const counted = new Map<string, number>();

/** The same text is counted for many accounts, and again with each thing that is drawn anew. */
export function lengthOf(text: string, unit: string): number {
  const key = `${unit}\n${text}`;
  let length = counted.get(key);
  if (length === undefined) {
    length = measured(text, unit);
    if (counted.size >= REMEMBERED) counted.clear();
    counted.set(key, length);
  }
  return length;
}
