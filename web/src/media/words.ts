// What is known of a file, in words.
import type { Asset } from '../api/assets';

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'];

export function size(bytes: number): string {
  const power = bytes < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${value < 10 && power ? value.toFixed(1) : Math.round(value)} ${UNITS[power]}`;
}

export function length(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

/** `1600 × 1200 · 0:42 · 412 MB` */
export const facts = (asset: Asset): string =>
  [asset.width && asset.height && `${asset.width} × ${asset.height}`, asset.duration && length(asset.duration), asset.size && size(asset.size)].filter(Boolean).join(' · ');

export const used = (uses: number): string => (uses ? `Used in ${uses} ${uses === 1 ? 'post' : 'posts'}` : 'Unused');
