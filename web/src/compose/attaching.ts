// Files of what is being written: each is a part of it at once, whether or not it has arrived, and is found again after the page was loaded anew.
import { useEffect } from 'react';
import { ownPath } from '../lib/address';
import { refused } from '../ui/toasts';
import type { Asset } from '../upload/parts';
import { resume, start, useUploads } from '../upload/uploads';
import { filesOf, type Attached, type Change, type Writing } from './writing';

export async function attach(files: Iterable<File>, part: string, change: (change: Change) => void): Promise<void> {
  for (const file of files) {
    try {
      const { id, kind, digest } = await start(file);
      change({ do: 'attach', part, file: { id, kind, digest, url: null, name: file.name, preview: null, alt: '', size: file.size } });
    } catch (error) {
      refused(error, `${file.name} was not uploaded`);
    }
  }
}

export function arrived(asset: Asset): Partial<Attached> {
  const shown = asset.preview?.medium ?? asset.preview?.small ?? asset.preview?.poster ?? (asset.kind === 'image' ? asset.publicUrl : null);
  const { kind, width, height, duration, publicUrl = null } = asset;
  const name = asset.originalFilename ? { name: asset.originalFilename } : {};
  return { ...name, url: publicUrl, kind, width, height, duration, preview: shown ? ownPath(shown) : null, alt: asset.altText ?? '' };
}

/** A file of the library, as a part of what is written. */
export const kept = (asset: Asset): Attached => ({ id: asset.id, url: null, name: asset.originalFilename ?? asset.id, preview: null, alt: '', ...(arrived(asset) as { kind: string }) });

/** Goes on with what was on its way, and takes in what has arrived. */
export function useArrivals(writing: Writing, change: (change: Change) => void): void {
  const uploads = useUploads();
  const waiting = filesOf(writing).filter((file) => file.url === null);
  useEffect(() => {
    for (const file of waiting) {
      const upload = uploads.get(file.id);
      if (!upload) void resume(file.id, file);
      else if (upload.state === 'done' && upload.asset?.publicUrl) change({ do: 'arrive', id: file.id, file: arrived(upload.asset) });
    }
  });
}
