import { AudioLines, File, Film, Image, TriangleAlert, type LucideIcon } from 'lucide-react';
import type { Asset } from '../api/assets';
import { ownPath } from '../lib/address';
import classes from './Tile.module.css';
import { facts, length, used } from './words';

const ICONS: Record<Asset['kind'], LucideIcon> = { image: Image, video: Film, audio: AudioLines, other: File };

export function Tile({ asset, open }: { asset: Asset; open: () => void }) {
  const name = asset.originalFilename ?? asset.id;
  return (
    <li>
      <button type="button" className={classes.tile} onClick={open}>
        <Picture asset={asset} />
        <span className={classes.name}>{name}</span>
        <span className={classes.facts}>{facts(asset) || asset.mime}</span>
        <span className={classes.facts} data-unused={!asset.uses || undefined}>
          {asset.status === 'pending_delete' ? 'Will be deleted' : used(asset.uses ?? 0)}
          {asset.kind === 'image' && !asset.altText && ' · no description'}
        </span>
      </button>
    </li>
  );
}

export function Picture({ asset, large = false }: { asset: Asset; large?: boolean }) {
  const shown = (large ? asset.preview?.large ?? asset.preview?.medium : asset.preview?.medium ?? asset.preview?.small) ?? asset.preview?.small;
  const Icon = asset.status === 'failed' ? TriangleAlert : ICONS[asset.kind];
  return (
    <span className={large ? classes.large : classes.picture}>
      {shown ? <img src={ownPath(shown)} alt={large ? (asset.altText ?? '') : ''} loading="lazy" /> : <Icon size={28} strokeWidth={1.6} aria-hidden />}
      {asset.kind === 'video' && !!asset.duration && <span className={classes.length}>{length(asset.duration)}</span>}
      {asset.status === 'uploading' && <span className={classes.length}>on its way</span>}
    </span>
  );
}
