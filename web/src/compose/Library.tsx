// Files that are there already, to be used again.
import { Modal, TextInput } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { FileVideo, Image } from 'lucide-react';
import { useState } from 'react';
import { answered, client } from '../api/client';
import { useWorkspace } from '../app/session';
import { ownPath } from '../lib/address';
import { Empty, Failure } from '../ui/Notice';
import type { Asset } from '../upload/parts';
import classes from './Library.module.css';

const MOST = 48;

export function Library({ close, choose }: { close: () => void; choose: (asset: Asset) => void }) {
  const { id } = useWorkspace();
  const [q, setQ] = useState('');
  const { data, error, refetch } = useQuery({
    queryKey: ['assets', id, 'library', q],
    queryFn: async ({ signal }) => (await answered(client.GET('/v1/dashboard/assets', { params: { query: { q: q || undefined, limit: MOST } }, signal }))).assets,
    placeholderData: keepPreviousData,
  });
  const shown = data?.filter((asset) => asset.status === 'ready' && (asset.kind === 'image' || asset.kind === 'video'));
  return (
    <Modal opened onClose={close} title="From the library" size="lg" lockScroll={false} closeButtonProps={{ 'aria-label': 'Close' }}>
      <TextInput aria-label="Search by name" placeholder="Search by name" value={q} onChange={(event) => setQ(event.currentTarget.value)} data-autofocus />
      {error && <Failure error={error} retry={() => void refetch()} />}
      {shown?.length === 0 && <Empty title={q ? 'No file is called so' : 'Nothing here yet'}>What you add to posts is found here again.</Empty>}
      <div className={classes.grid}>
        {shown?.map((asset) => {
          const picture = asset.preview?.small ?? asset.preview?.poster ?? (asset.kind === 'image' ? asset.publicUrl : null);
          const Kind = asset.kind === 'video' ? FileVideo : Image;
          return (
            <button key={asset.id} type="button" className={classes.one} onClick={() => choose(asset)}>
              {picture ? <img src={ownPath(picture)} alt="" loading="lazy" /> : <Kind size={28} aria-hidden />}
              <span>{asset.originalFilename ?? asset.id}</span>
            </button>
          );
        })}
      </div>
    </Modal>
  );
}
