// Links by which whoever has one sees the run, without an account here: made with an end, listed, taken back.
import { Button, Select, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Copy, Link } from 'lucide-react';
import { useState } from 'react';
import { answered, client } from '../api/client';
import { moment } from '../lib/say';
import card from '../ui/Card.module.css';
import { Dialog } from '../ui/Dialog';
import { copy } from '../ui/JsonView';
import { Failure } from '../ui/Notice';
import rows from '../ui/Rows.module.css';
import { refused, tell } from '../ui/toasts';

const DAYS = [
  { value: '1', label: 'For a day' },
  { value: '7', label: 'For a week' },
  { value: '30', label: 'For 30 days' },
  { value: '90', label: 'For 90 days' },
];

export function Share({ id, zone, close }: { id: string; zone: string; close: () => void }) {
  const path = { runId: id };
  const cache = useQueryClient();
  const [days, setDays] = useState('7');
  const [url, setUrl] = useState('');
  const key = ['preview-links', id];
  const { data, error } = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => answered(client.GET('/v1/runs/{runId}/preview-links', { params: { path }, signal })),
  });
  const again = () => void cache.invalidateQueries({ queryKey: key });
  const make = useMutation({
    mutationFn: () => answered(client.POST('/v1/runs/{runId}/preview-links', { params: { path }, body: { days: Number(days) } })),
    onSuccess: (made) => {
      setUrl(made.url ?? '');
      again();
    },
  });
  const revoke = useMutation({
    mutationFn: (linkId: string) => answered(client.DELETE('/v1/runs/{runId}/preview-links/{linkId}', { params: { path: { ...path, linkId } } })),
    onSuccess: () => {
      tell('The link opens nothing any more');
      setUrl('');
      again();
    },
    onError: (why) => refused(why, 'The link is still good'),
  });
  const failed = make.error ?? error;
  return (
    <Dialog title="Share a preview" close={close}>
      <p className={card.dim}>Whoever has the link sees the posts as they are then: texts, pictures, times and accounts. Nobody can change anything by it.</p>
      <Select label="Good" value={days} onChange={(value) => setDays(value ?? '7')} data={DAYS} allowDeselect={false} />
      {failed && <Failure error={failed} />}
      {url ? (
        <>
          <TextInput label="The link, which is not shown again" value={url} readOnly onFocus={(event) => event.currentTarget.select()} />
          <Button leftSection={<Copy size={15} />} onClick={() => void copy(url, 'The link is copied')}>
            Copy the link
          </Button>
        </>
      ) : (
        <Button leftSection={<Link size={15} />} loading={make.isPending} onClick={() => make.mutate()}>
          Make a link
        </Button>
      )}
      {!!data?.links.length && (
        <ul className={rows.list} aria-label="Links that are good now">
          {data.links.map((link) => (
            <li key={link.id} className={rows.row}>
              <span className={card.dim}>
                Made {moment(link.createdAt, zone)}, good until {moment(link.expiresAt, zone)}
              </span>
              <Button size="compact-sm" variant="default" loading={revoke.isPending && revoke.variables === link.id} onClick={() => revoke.mutate(link.id)}>
                Take it back
              </Button>
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  );
}
