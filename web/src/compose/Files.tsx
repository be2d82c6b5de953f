// Pictures and videos of a post or of a reply: picked, dropped or pasted, sent at once, each with a description for people who cannot see it.
import { ActionIcon, Button } from '@mantine/core';
import { Eye, EyeOff, FileVideo, Image, ImagePlus, X } from 'lucide-react';
import { useRef, useState } from 'react';
import type { Account } from '../api/accounts';
import { again, giveUp, provide, useUploads, type Upload } from '../upload/uploads';
import classes from './Files.module.css';
import type { Issue } from './schedule';
import type { Attached, Change } from './writing';

interface Props {
  files: Attached[];
  add: (files: Iterable<File>) => void;
  change: (change: Change) => void;
  /** Whose text is shown; what it does not get is left out here. */
  only?: Account;
  name?: string; // what that is called
  issues: Issue[];
  most: number | null; // characters of a description
}

export function Files({ files, add, change, only, name, issues, most }: Props) {
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
}

function OneFile({ file, upload, change, only, name, issue, most }: Of) {
  const shown = file.preview ?? upload?.picture;
  const left = only && file.without?.includes(only.id);
  const Kind = file.kind === 'video' ? FileVideo : Image;
  return (
    <div className={classes.file} data-left={left || undefined}>
      {shown ? <img src={shown} alt="" width={52} height={52} /> : <Kind size={22} aria-hidden className={classes.kind} />}
      <div className={classes.about}>
        <strong>{file.name}</strong>
        {file.url === null ? (
          <Progress file={file} upload={upload} />
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

function Progress({ file, upload }: { file: Attached; upload?: Upload }) {
  const size = upload?.size || file.size || 1;
  const percent = Math.floor(((upload?.sent ?? 0) / size) * 100);
  if (upload?.state === 'asking') return <Asking file={file} percent={percent} />;
  if (upload?.state === 'failed') {
    return (
      <span className={classes.wrong} role="alert" data-error>
        {upload.why}{' '}
        <Button size="compact-xs" variant="subtle" onClick={() => again(file.id)}>
          Try again
        </Button>
      </span>
    );
  }
  const told = upload?.state === 'waiting' ? (upload.why ? `${upload.why}: it goes on by itself` : 'Going on') : upload?.state === 'finishing' ? 'Being looked into' : 'goes on after a reload';
  return (
    <span className={classes.progress}>
      <progress value={percent} max={100} aria-label={`Upload of ${file.name}`} />
      <small>
        {percent} % · {told}
      </small>
    </span>
  );
}

/** This browser could not keep the file: whoever has it gives it again, and what has arrived stays. */
function Asking({ file, percent }: { file: Attached; percent: number }) {
  const input = useRef<HTMLInputElement>(null);
  const [wrong, setWrong] = useState<string | null>(null);
  return (
    <span className={classes.progress}>
      <Button size="compact-xs" variant="default" onClick={() => input.current?.click()}>
        Choose the same file to go on
      </Button>
      <small>{wrong ?? `${percent} % have arrived`}</small>
      <input
        ref={input}
        type="file"
        hidden
        aria-label={`${file.name} again`}
        onChange={(event) => {
          const [chosen] = event.currentTarget.files ?? [];
          if (chosen) void provide(file.id, chosen).then(setWrong);
        }}
      />
    </span>
  );
}
