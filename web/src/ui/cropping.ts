// Which part of a picture is kept: a frame as parts of its sides. Pure.
export interface Ratio {
  name: string; // 4:5
  value: number; // width by height
  providers: string[]; // that take it as it is
}

export interface Frame {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** What a network says of the pictures that it takes: the narrowest and the widest ratio, where it says so. */
export interface Taking {
  provider: string;
  aspect: (number | null)[];
}

const KNOWN: [name: string, value: number][] = [
  ['1:1', 1],
  ['4:5', 4 / 5],
  ['3:4', 3 / 4],
  ['2:3', 2 / 3],
  ['9:16', 9 / 16],
  ['1.91:1', 1.91],
  ['16:9', 16 / 9],
];
const NEAR = 0.005; // as pixels are whole, no ratio is exact

const takes = ({ aspect: [least, most] }: Taking, value: number) => (least == null || value >= least * (1 - NEAR)) && (most == null || value <= most * (1 + NEAR));

/** The ratios that somebody may want, each with the networks that take it. */
export function ratiosFor(taking: Taking[]): Ratio[] {
  return KNOWN.map(([name, value]) => ({ name, value, providers: [...new Set(taking.filter((one) => takes(one, value)).map((one) => one.provider))] }));
}

/** The one that is taken by most, and of those the one that leaves most of the picture. */
export function usualRatio(ratios: Ratio[], own: number): Ratio {
  const lost = (one: Ratio) => Math.abs(Math.log(one.value / own));
  return [...ratios].sort((a, b) => b.providers.length - a.providers.length || lost(a) - lost(b))[0]!;
}

const within = (value: number, most: number) => Math.min(Math.max(value, 0), most);

/** The largest frame of a ratio, or a part of that; where the one before was in the middle, it is too. */
export function framed(own: number, ratio: number, part: number, before?: Frame): Frame {
  const [width, height] = ratio > own ? [part, (own / ratio) * part] : [(ratio / own) * part, part];
  const [x, y] = before ? [before.x + before.width / 2, before.y + before.height / 2] : [0.5, 0.5];
  return { width, height, x: within(x - width / 2, 1 - width), y: within(y - height / 2, 1 - height) };
}

export const moved = (frame: Frame, x: number, y: number): Frame => ({ ...frame, x: within(frame.x + x, 1 - frame.width), y: within(frame.y + y, 1 - frame.height) });

/** The same in whole pixels, none of them outside. */
export function areaOf(frame: Frame, { width, height }: { width: number; height: number }) {
  const [w, h] = [Math.max(1, Math.round(frame.width * width)), Math.max(1, Math.round(frame.height * height))];
  return { left: Math.min(Math.round(frame.x * width), width - w), top: Math.min(Math.round(frame.y * height), height - h), width: w, height: h };
}
