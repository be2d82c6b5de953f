// What is on its way into the library: sent in parts, and gone on with after the page was loaded again.
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useWorkspace } from '../app/session';
import { refused } from '../ui/toasts';
import { resumeAll, start, useUploads as useAll } from '../upload/uploads';

export function useUploads() {
  const { id, slug } = useWorkspace();
  const cache = useQueryClient();
  const all = [...useAll().values()].filter((one) => one.workspace === slug);
  const done = all.filter((one) => one.state === 'done').length;
  useEffect(() => void resumeAll(), []);
  useEffect(() => {
    if (done) void cache.invalidateQueries({ queryKey: ['assets', id] });
  }, [done, cache, id]);
  const add = async (files: File[]) => {
    for (const file of files) await start(file).catch((error: unknown) => refused(error, `${file.name} was not uploaded`));
  };
  return { uploading: all.filter((one) => one.state !== 'done'), add: (files: Iterable<File>) => void add([...files]) };
}
