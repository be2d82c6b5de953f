// A draft goes out: at its own times, or all of it moved so that its first post is at another one. What that makes of each is shown first.
import { Button, Modal, SegmentedControl, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { answered, client } from '../api/client';
import type { Post } from '../api/posts';
import { counted, moment } from '../lib/say';
import { instant, wall } from '../lib/time';
import card from '../ui/Card.module.css';
import { Failure } from '../ui/Notice';
import { Glyph } from '../ui/Glyph';
import { tell } from '../ui/toasts';
import classes from './PublishDraft.module.css';

interface Props {
  id: string;
  posts: Post[];
  zone: string;
  close: () => void;
  done: () => void;
}

const MOST_SHOWN = 8;

export function PublishDraft({ id, posts, zone, close, done }: Props) {
  const ordered = [...posts].sort((a, b) => (a.publishAtUtc ?? '').localeCompare(b.publishAtUtc ?? ''));
  const first = ordered[0]?.publishAtUtc ?? new Date().toISOString();
  const [when, setWhen] = useState('own');
  const [start, setStart] = useState(() => wall(first, zone).toPlainDateTime().toString({ smallestUnit: 'minute' }));
  const startAt = when === 'moved' ? startOf(start, zone) : null;
  const by = startAt ? Date.parse(startAt) - Date.parse(first) : 0;
  const { mutate, error, isPending } = useMutation({
    mutationFn: () => answered(client.POST('/v1/runs/{runId}/publish', { params: { path: { runId: id } }, body: (startAt ? { startAt } : {}) as never })),
    onSuccess: () => {
      tell(`${counted(posts.length, 'post')} will go out`);
      done();
      close();
    },
  });
  return (
    <Modal opened onClose={close} title="Publish the draft" lockScroll={false} closeButtonProps={{ 'aria-label': 'Close' }}>
      <div className={card.form}>
        <SegmentedControl
          aria-label="When"
          value={when}
          onChange={setWhen}
          data={[
            { value: 'own', label: 'At its own times' },
            { value: 'moved', label: 'From another time on' },
          ]}
        />
        {when === 'moved' && (
          <TextInput type="datetime-local" label={`Its first post, times of ${zone}`} value={start} onChange={(event) => setStart(event.currentTarget.value)} />
        )}
        <ol className={classes.times}>
          {ordered.slice(0, MOST_SHOWN).map((post) => (
            <li key={post.id}>
              <Glyph provider={post.provider} named />
              <time>{moment(new Date(Date.parse(post.publishAtUtc ?? first) + by).toISOString(), zone)}</time>
              <span>{post.name || post.description}</span>
            </li>
          ))}
        </ol>
        {ordered.length > MOST_SHOWN && <p className={card.dim}>and {counted(ordered.length - MOST_SHOWN, 'more post')}</p>}
        {error && <Failure error={error} />}
        <Button loading={isPending} disabled={when === 'moved' && !startAt} onClick={() => mutate()}>
          Publish {counted(posts.length, 'post')}
        </Button>
      </div>
    </Modal>
  );
}

function startOf(text: string, zone: string): string | null {
  const [date, time] = text.split('T');
  const [hour, minute] = (time ?? '').split(':').map(Number);
  if (!date || hour === undefined || minute === undefined || Number.isNaN(hour + minute)) return null;
  return instant(date, hour * 60 + minute, zone);
}
