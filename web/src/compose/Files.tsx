// Pictures and videos of a post: picked, dropped or pasted, uploaded at once, each with a description for people who cannot see it.
import { ActionIcon, Loader } from '@mantine/core';
import { ImagePlus, X } from 'lucide-react';
import { useRef } from 'react';
import type { Change, File_ } from './writing';
import classes from './Files.module.css';

interface Props {
  files: File_[];
  uploading: string[];
  add: (files: Iterable<File>) => void;
  change: (change: Change) => void;
}

export function Files({ files, uploading, add, change }: Props) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <div className={classes.files}>
      {files.map((file) => (
        <div key={file.id} className={classes.file}>
          {file.preview && <img src={file.preview} alt="" width={52} height={52} />}
          <div className={classes.about}>
            <strong>{file.name}</strong>
            <input
              aria-label={`Description of ${file.name} for people who cannot see it`}
              placeholder="Describe it for people who cannot see it"
              value={file.alt}
              onChange={(event) => change({ do: 'describe', id: file.id, alt: event.currentTarget.value })}
            />
          </div>
          <ActionIcon variant="default" aria-label={`Take ${file.name} away`} onClick={() => change({ do: 'detach', id: file.id })}>
            <X size={15} />
          </ActionIcon>
        </div>
      ))}
      {uploading.map((name) => (
        <div key={name} className={classes.file} role="status">
          <Loader size={18} /> Uploading {name}
        </div>
      ))}
      <button type="button" className={classes.add} onClick={() => input.current?.click()}>
        <ImagePlus size={17} aria-hidden /> Add media
      </button>
      <input
        ref={input}
        type="file"
        hidden
        multiple
        accept="image/*,video/*"
        aria-label="Media files"
        onChange={(event) => {
          add(event.currentTarget.files ?? []);
          event.currentTarget.value = '';
        }}
      />
    </div>
  );
}
