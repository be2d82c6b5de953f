// The files that are on their way: they go on while one looks at other screens, and after a reload.
import { ActionIcon } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { useEffect } from 'react';
import type { Asset } from '../api/assets';
import { useWorkspace } from '../app/session';
import { Progress } from '../upload/Progress';
import { giveUp, resume, useUploads } from '../upload/uploads';
import classes from './Uploads.module.css';

/** `assets`: those that are shown. Of these, one that is arriving in parts and is none of this page's is gone on with. */
export function Uploads({ assets }: { assets: Asset[] }) {
  const { id: workspace, slug } = useWorkspace();
  const cache = useQueryClient();
  const uploads = [...useUploads().values()].filter((one) => one.workspace === slug);
  const done = uploads.filter((one) => one.state === 'done').length;
  const begun = assets.filter((asset) => asset.status === 'uploading' && !asset.progress).map((asset) => asset.id).join();
  useEffect(() => {
    for (const asset of assets) if (begun.split(',').includes(asset.id)) void resume(asset.id, { name: asset.originalFilename ?? asset.id, size: asset.size });
    // when there are others than before
  }, [begun]);
  useEffect(() => {
    void cache.invalidateQueries({ queryKey: ['assets', workspace] });
  }, [done, uploads.length, cache, workspace]);
  const going = uploads.filter((one) => one.state !== 'done');
  if (!going.length) return null;
  return (
    <ul className={classes.list} aria-label="On their way">
      {going.map((one) => (
        <li key={one.id}>
          <strong>{one.name}</strong>
          <Progress id={one.id} name={one.name} upload={one} />
          <ActionIcon variant="subtle" color="gray" aria-label={`Give up the upload of ${one.name}`} onClick={() => giveUp(one.id)}>
            <X size={15} />
          </ActionIcon>
        </li>
      ))}
    </ul>
  );
}
