import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answered, client } from '../api/client';
import { useWorkspace } from '../app/session';
import { refused } from '../ui/toasts';

/** Uploads files one after the other; what is on its way is named. */
export function useUploads() {
  const { id } = useWorkspace();
  const cache = useQueryClient();
  const [uploading, setUploading] = useState<string[]>([]);
  const add = async (files: File[]) => {
    setUploading((names) => [...names, ...files.map((file) => file.name)]);
    for (const file of files) {
      const form = new FormData();
      form.set('file', file);
      try {
        await answered(client.POST('/v1/dashboard/assets/upload', { body: form as never, bodySerializer: (body: unknown) => body as FormData }));
      } catch (error) {
        refused(error, `${file.name} was not uploaded`);
      }
      setUploading((names) => names.filter((name) => name !== file.name));
      await cache.invalidateQueries({ queryKey: ['assets', id] });
    }
  };
  return { uploading, add: (files: Iterable<File>) => void add([...files]) };
}
