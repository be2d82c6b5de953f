// The mark of a network. Always with the network's name: as text beside it, or for those who cannot see it.
import classes from './Glyph.module.css';
import { MARKS } from './marks';

const NETWORKS: Record<string, [network: string, label: string]> = {
  x: ['x', 'X'],
  instagram: ['instagram', 'Instagram'],
  instagram_business: ['instagram', 'Instagram Business'],
  meta: ['facebook', 'Meta'],
  facebook: ['facebook', 'Facebook'],
  linkedin: ['linkedin', 'LinkedIn'],
  linkedin_page: ['linkedin', 'LinkedIn Page'],
  tiktok: ['tiktok', 'TikTok'],
  youtube: ['youtube', 'YouTube'],
  pinterest: ['pinterest', 'Pinterest'],
  reddit: ['reddit', 'Reddit'],
  discord: ['discord', 'Discord'],
  telegram: ['telegram', 'Telegram'],
  wordpress: ['wordpress', 'WordPress'],
  snapchat: ['snapchat', 'Snapchat'],
};

export const labelOf = (provider: string) => NETWORKS[provider]?.[1] ?? provider;
export const PROVIDERS = Object.keys(NETWORKS);

export function Glyph({ provider, size = 16, named = false }: { provider: string; size?: number; named?: boolean }) {
  const mark = MARKS[NETWORKS[provider]?.[0] ?? provider];
  const name = named ? { role: 'img', 'aria-label': labelOf(provider) } : { 'aria-hidden': true };
  return (
    <svg className={classes.glyph} viewBox="0 0 32 32" width={size} height={size} {...name}>
      <rect width="32" height="32" rx="8" fill={mark?.ground ?? '#59606e'} />
      {mark?.path ? (
        <path d={mark.path} transform="translate(6.400 6.400) scale(.8)" fill="#fff" />
      ) : (
        <text x="16" y="22.500" textAnchor="middle" fontSize="18" fontWeight="700" fill="#fff">
          {mark?.letters ?? provider.charAt(0).toUpperCase()}
        </text>
      )}
    </svg>
  );
}
