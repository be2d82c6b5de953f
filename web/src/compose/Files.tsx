// Pictures and videos of a post or of a reply: picked, dropped or pasted, sent at once, each with a description for people who cannot see it.
import { ActionIcon } from '@mantine/core';
import { Crop as CropIcon, Eye, EyeOff, FileVideo, Image, ImagePlus, X } from 'lucide-react';
import { lazy, Suspense, useRef, useState } from 'react';
import type { Account } from '../api/accounts';
import { Progress } from '../upload/Progress';
import { giveUp, useUploads, type Upload } from '../upload/uploads';
import classes from './Files.module.css';
import { kept } from './attaching';
import type { Issue } from './schedule';
import type { Attached, Change } from './writing';

const Crop = lazy(() => import('../ui/Crop').then((m) => ({ default: m.Crop })));

/** A picture of ours that stands still. */
const canBeCut = (file: Attached): file is Attached & { preview: string; width: number; height: number } =>
  file.kind === 'image' && !!file.preview && !!file.width && !!file.height && file.id !== file.url && !file.duration;

interface Props {
  files: Attached[];
  add: (files: Iterable<File>) => void;
  change: (change: Change) => void;
  /** Whose text is shown; what it does not get is left out here. */
  only?: Account;
  name?: string; // what that is called
  issues: Issue[];
  most: number | null; // characters of a description
  accounts: Account[]; // that get them
}

export function Files({ files, add, change, only, name, issues, most, accounts }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const uploads = useUploads();
  return (
    <div className={classes.files}>
      {files.map((file, number) => (
        <OneFile
          key={file.id}
          file={file}
          upload={uploads.get(file.id)}
          change={change}
          only={only}
          name={name}
          most={most}
          accounts={accounts}
          issue={issues.find((issue) => issue.field.startsWith(`assets[${number}]`))}
        />
      ))}
      <button type="button" className={classes.add} onClick={() => input.current?.click()}>
        <ImagePlus size={17} aria-hidden /> Add media <small>Drop, paste or pick</small>
      </button>
      <input
        ref={input}
        type="file"
        hidden
        multiple
        accept="image/*,video/*"
        aria-label="Media files"
        onChange={(event) => {
          add([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = '';
        }}
      />
    </div>
  );
}

interface Of {
  file: Attached;
  upload?: Upload;
  change: (change: Change) => void;
  only?: Account;
  name?: string;
  issue?: Issue;
  most: number | null;
  accounts: Account[];
}

function OneFile({ file, upload, change, only, name, issue, most, accounts }: Of) {
  const [cropping, setCropping] = useState(false);
  const shown = file.preview ?? upload?.picture;
  const left = only && file.without?.includes(only.id);
  const Kind = file.kind === 'video' ? FileVideo : Image;
  return (
    <div className={classes.file} data-left={left || undefined}>
      {shown ? <img src={shown} alt="" width={52} height={52} /> : <Kind size={22} aria-hidden className={classes.kind} />}
      <div className={classes.about}>
        <strong>{file.name}</strong>
        {file.url === null ? (
          <Progress id={file.id} name={file.name} size={file.size} upload={upload} />
        ) : (
          <input
            data-place={`alt-${file.id}`}
            aria-label={`Description of ${file.name} for people who cannot see it`}
            placeholder="Describe it for people who cannot see it"
            maxLength={most ?? undefined}
            value={file.alt}
            onChange={(event) => change({ do: 'describe', id: file.id, alt: event.currentTarget.value })}
          />
        )}
        {issue && <small className={classes.wrong} data-error={issue.error || undefined}>{issue.message}</small>}
      </div>
      {canBeCut(file) && (
        <ActionIcon variant="default" aria-label={`Crop ${file.name}`} onClick={() => setCropping(true)}>
          <CropIcon size={15} />
        </ActionIcon>
      )}
      {cropping && canBeCut(file) && (
        <Suspense>
          <Crop
            picture={{ id: file.id, name: file.name, url: file.preview, width: file.width, height: file.height }}
            accounts={accounts.map((one) => one.id)}
            close={() => setCropping(false)}
            done={(asset) => change({ do: 'swap', id: file.id, file: kept(asset) })}
          />
        </Suspense>
      )}
      {only && (
        <ActionIcon
          variant="default"
          aria-pressed={left ?? false}
          aria-label={`Leave ${file.name} out for ${name}`}
          onClick={() => change({ do: 'withhold', id: file.id, account: only.id })}
        >
          {left ? <EyeOff size={15} /> : <Eye size={15} />}
        </ActionIcon>
      )}
      <ActionIcon
        variant="default"
        aria-label={`Take ${file.name} away`}
        onClick={() => {
          change({ do: 'detach', id: file.id });
          if (file.url === null) giveUp(file.id);
        }}
      >
        <X size={15} />
      </ActionIcon>
    </div>
  );
}
