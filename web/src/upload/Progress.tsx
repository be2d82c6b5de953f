// How far an upload is, and what is wanted where it does not go on by itself.
import { Button } from '@mantine/core';
import { useRef, useState } from 'react';
import classes from './Progress.module.css';
import { again, provide, type Upload } from './uploads';

interface Props {
  id: string; // of the asset that it becomes
  name: string;
  size?: number | null;
  upload?: Upload;
}

export function Progress({ id, name, size, upload }: Props) {
  const percent = Math.floor(((upload?.sent ?? 0) / (upload?.size || size || 1)) * 100);
  if (upload?.state === 'asking') return <Asking id={id} name={name} percent={percent} />;
  if (upload?.state === 'failed') {
    return (
      <span className={classes.wrong} role="alert">
        {upload.why}{' '}
        <Button size="compact-xs" variant="subtle" onClick={() => again(id)}>
          Try again
        </Button>
      </span>
    );
  }
  const told = upload?.state === 'waiting' ? (upload.why ? `${upload.why}: it goes on by itself` : 'Going on') : upload?.state === 'finishing' ? 'Being looked into' : 'goes on after a reload';
  return (
    <span className={classes.progress}>
      <progress value={percent} max={100} aria-label={`Upload of ${name}`} />
      <small>
        {percent} % · {told}
      </small>
    </span>
  );
}

/** This browser could not keep the file: whoever has it gives it again, and what has arrived stays. */
function Asking({ id, name, percent }: { id: string; name: string; percent: number }) {
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
        aria-label={`${name} again`}
        onChange={(event) => {
          const [chosen] = event.currentTarget.files ?? [];
          if (chosen) void provide(id, chosen).then(setWrong);
        }}
      />
    </span>
  );
}
