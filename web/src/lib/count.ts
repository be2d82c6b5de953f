// How long a text is to a network, in the unit that the network's capabilities name. The server counts again; this is for while one types.

const LINK = /\bhttps?:\/\/[^\s]+|\b(?:[a-z0-9-]+\.)+(?:com|org|net|io|dev|app|co|me|eu|de|uk|fr|tv|news|shop|blog|info|example)\b(?:\/[^\s]*)?/giu;
const LINK_LENGTH = 23;
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const EMOJI = /\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3/u;
const LIGHT: [number, number][] = [
  [0, 4351],
  [8192, 8205],
  [8208, 8223],
  [8242, 8247],
];

function weighted(text: string): number {
  let length = 0;
  for (const { segment } of graphemes.segment(text.normalize('NFC'))) {
    if (EMOJI.test(segment)) length += 2;
    else for (const sign of segment) length += LIGHT.some(([from, to]) => sign.codePointAt(0)! >= from && sign.codePointAt(0)! <= to) ? 1 : 2;
  }
  return length;
}

/** X's way: links are 23, emoji 2, most letters of Latin scripts 1 and others 2. */
function asOnX(text: string): number {
  let length = 0;
  let from = 0;
  for (const link of text.matchAll(LINK)) {
    length += weighted(text.slice(from, link.index)) + LINK_LENGTH;
    from = link.index + link[0].length;
  }
  return length + weighted(text.slice(from));
}

export function lengthOf(text: string, unit: string): number {
  if (unit === 'weighted characters') return asOnX(text);
  if (unit === 'UTF-16 code units') return text.length;
  if (unit === 'bytes') return new TextEncoder().encode(text).length;
  return [...text].length;
}
