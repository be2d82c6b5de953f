// A table of posts from a file: judged first, each problem with its line and column, then made in one go or not at all.
import { Button, FileInput, SegmentedControl } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useMemo, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { answered, client, Problem, type Schemas } from '../api/client';
import { useWorkspace } from '../app/session';
import { counted } from '../lib/say';
import card from '../ui/Card.module.css';
import table from '../ui/DataTable.module.css';
import { Dialog } from '../ui/Dialog';
import { Failure } from '../ui/Notice';
import { tell } from '../ui/toasts';

const CSV = { headers: { 'Content-Type': 'text/csv' }, bodySerializer: (body: unknown) => body as string };
const MOST_SHOWN = 50;

type Mode = 'scheduled' | 'draft';

export function Import({ close }: { close: () => void }) {
  const { id, slug, zone, rights } = useWorkspace();
  const cache = useQueryClient();
  const [, go] = useLocation();
  const [file, setFile] = useState<File | null>(null);
  const [text, setText] = useState('');
  const again = useRef<() => void>(null);
  const [mode, setMode] = useState<Mode>(rights.has('publish') ? 'scheduled' : 'draft');
  const key = useMemo(() => ({ of: text + mode, is: crypto.randomUUID() }), [text, mode]).is; // by which these are made once, however often it is sent
  const query = { mode, timezone: zone };
  const judge = useMutation({ mutationFn: (body: string) => answered(client.POST('/v1/import/posts/validate', { params: { query }, body: body as never, ...CSV })) });
  const make = useMutation({
    mutationFn: () => answered(client.POST('/v1/import/posts', { params: { query }, body: text as never, ...CSV, headers: { ...CSV.headers, 'Idempotency-Key': key } })),
    onSuccess: ({ run, posts }) => {
      tell(`${counted(posts?.length ?? 0, 'post')} ${mode === 'draft' ? 'kept as a draft' : 'scheduled'}`);
      void cache.invalidateQueries({ queryKey: ['posts', id] });
      close();
      if (run) go(`/w/${slug}/runs/${run.id}`);
    },
  });
  const read = async (chosen: File | null) => {
    again.current?.(); // a file that was mended is chosen once more, by the same name
    setFile(chosen);
    judge.reset();
    make.reset();
    const found = chosen ? await chosen.text() : '';
    setText(found);
    if (found) judge.mutate(found);
  };
  const failed = make.error ?? judge.error;
  const issues = failed instanceof Problem ? failed.issues : [];
  return (
    <Dialog title="Import posts from a table" close={close} size="lg">
      <p className={card.dim}>
        A CSV file whose first line names the columns: <code>account</code>, <code>text</code>, <code>publish_at</code>, and others of a post. Times without a zone are those of {zone}.
        What is exported here can be imported again.
      </p>
      <FileInput label="The file" accept=".csv,text/csv" placeholder="Choose a file" value={file} resetRef={again} onChange={(chosen) => void read(chosen)} clearable clearButtonProps={{ 'aria-label': 'Choose no file' }} />
      {rights.has('publish') && (
        <SegmentedControl
          aria-label="What becomes of them"
          value={mode}
          onChange={(value) => setMode(value as Mode)}
          data={[
            { value: 'scheduled', label: 'Schedule them' },
            { value: 'draft', label: 'Keep them as a draft' },
          ]}
        />
      )}
      {issues.length > 0 ? <Issues issues={issues} /> : failed && <Failure error={failed} />}
      {judge.data && (
        <Button loading={make.isPending} onClick={() => make.mutate()}>
          {mode === 'draft' ? 'Keep' : 'Schedule'} {counted(judge.data.totalPosts, 'post')}
        </Button>
      )}
    </Dialog>
  );
}

function Issues({ issues }: { issues: Schemas['Issue'][] }) {
  return (
    <>
      <p role="status">Nothing is stored. {counted(issues.length, 'thing has', 'things have')} to be mended in the file:</p>
      <div className={table.frame} tabIndex={0} role="region" aria-label="What is to be mended">
        <table className={table.table}>
          <thead>
            <tr>
              <th>Line</th>
              <th>Column</th>
              <th>What is wrong</th>
            </tr>
          </thead>
          <tbody>
            {issues.slice(0, MOST_SHOWN).map((issue, number) => (
              <tr key={number}>
                <td className={table.number}>{String(issue.details?.line ?? '')}</td>
                <td>{String(issue.details?.columnName ?? '')}</td>
                <td className={table.words}>{issue.message}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {issues.length > MOST_SHOWN && <p className={card.dim}>and {issues.length - MOST_SHOWN} more</p>}
    </>
  );
}
