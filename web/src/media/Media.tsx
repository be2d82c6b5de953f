// The library: every file that posts may show, what is still unused, and what is on its way.
import { Button, SegmentedControl, Switch, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { Search, Upload } from 'lucide-react';
import { useRef, useState, type DragEvent } from 'react';
import { assetsOf } from '../api/assets';
import { useWorkspace } from '../app/session';
import { useKeys } from '../app/shortcuts';
import { counted } from '../lib/say';
import { useQueryOf } from '../app/query';
import { Empty, Failure } from '../ui/Notice';
import { Page } from '../ui/Page';
import { refused } from '../ui/toasts';
import { start } from '../upload/uploads';
import { AssetDrawer } from './AssetDrawer';
import classes from './Media.module.css';
import { Tile } from './Tile';
import { Uploads } from './Uploads';

const KINDS = [
  { value: 'all', label: 'All' },
  { value: 'image', label: 'Images' },
  { value: 'video', label: 'Videos' },
];

export function Media() {
  const { id, rights } = useWorkspace();
  const [params, change] = useQueryOf();
  const q = params.get('q') ?? '';
  const [typed, setTyped] = useState(q);
  const [words] = useDebouncedValue(typed, 250);
  const kind = KINDS.find((one) => one.value === params.get('kind'))?.value ?? 'all';
  const unused = params.has('unused');
  const wanted = { q: words, kind: kind === 'all' ? null : kind, used: unused ? false : null, sort: null };
  const found = useInfiniteQuery({ ...assetsOf(id, wanted), placeholderData: keepPreviousData });
  const add = (files: Iterable<File>) => {
    for (const file of files) start(file).catch((error: unknown) => refused(error, `${file.name} was not uploaded`));
  };
  const input = useRef<HTMLInputElement>(null);
  const pick = () => input.current?.click();
  const may = rights.has('media');
  useKeys(may ? { u: pick } : {});
  const assets = found.data?.pages.flatMap((page) => page.assets);
  const narrowed = Boolean(words || wanted.kind || unused);
  const upload = may && (
    <Button leftSection={<Upload size={16} />} onClick={pick} aria-keyshortcuts="u">
      Upload
    </Button>
  );
  return (
    <Page title="Media" actions={upload}>
      <div className={classes.filters}>
        <TextInput
          aria-label="Search by name"
          placeholder="Search by name"
          leftSection={<Search size={15} />}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <SegmentedControl aria-label="Which kind" value={kind} onChange={(to) => change({ kind: to === 'all' ? null : to })} data={KINDS} withItemsBorders={false} />
        <Switch label="Only unused" checked={unused} onChange={(event) => change({ unused: event.currentTarget.checked ? '' : null })} />
        {assets && <span className={classes.count}>{counted(found.data!.pages[0]!.total ?? 0, 'file')}</span>}
      </div>
      {found.error && <Failure error={found.error} retry={() => void found.refetch()} />}
      <Dropped may={may} add={add}>
        <Uploads assets={assets ?? []} />
        {assets && !assets.length && <Empty title={narrowed ? 'No file is like this' : 'No files yet'} action={!narrowed && upload}>{narrowed ? 'Other filters may show more.' : 'Pictures and films for posts: drop them here, or upload them.'}</Empty>}
        {!!assets?.length && (
          <ul className={classes.grid}>
            {assets.map((asset) => (
              <Tile key={asset.id} asset={asset} open={() => change({ asset: asset.id }, false)} />
            ))}
          </ul>
        )}
        {found.hasNextPage && (
          <Button variant="default" mt="md" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
            Show more
          </Button>
        )}
      </Dropped>
      <input
        ref={input}
        type="file"
        hidden
        multiple
        accept="image/*,video/*,audio/*"
        aria-label="Files to upload"
        onChange={(event) => {
          add([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = '';
        }}
      />
      {params.get('asset') && <AssetDrawer key={params.get('asset')} id={params.get('asset')!} close={() => change({ asset: null })} open={(asset) => change({ asset, crop: null })} />}
    </Page>
  );
}

function Dropped({ may, add, children }: { may: boolean; add: (files: Iterable<File>) => void; children: React.ReactNode }) {
  const [over, setOver] = useState(false);
  const on = (event: DragEvent) => {
    if (!may || !event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    setOver(true);
  };
  return (
    <div
      className={classes.drop}
      data-over={over || undefined}
      onDragOver={on}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        on(event);
        setOver(false);
        add(event.dataTransfer.files);
      }}
    >
      {children}
    </div>
  );
}
