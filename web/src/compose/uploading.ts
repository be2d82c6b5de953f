import { useState } from 'react';
import { answered, client } from '../api/client';
import { ownPath } from '../lib/address';
import { refused } from '../ui/toasts';
import type { File_ } from './writing';

/** Uploads files one after the other, each as a form; what is on its way is named. */
export function useUploads(done: (file: File_) => void) {
  const [uploading, setUploading] = useState<string[]>([]);
  const add = async (files: Iterable<File>) => {
    for (const file of files) {
      setUploading((names) => [...names, file.name]);
      try {
        done(await upload(file));
      } catch (error) {
        refused(error, `${file.name} was not uploaded`);
      } finally {
        setUploading((names) => names.filter((name) => name !== file.name));
      }
    }
  };
  return { uploading, add: (files: Iterable<File>) => void add([...files]) };
}

async function upload(file: File): Promise<File_> {
  const form = new FormData();
  form.set('file', file);
  const sent = client.POST('/v1/dashboard/assets/upload', { body: form as never, bodySerializer: (body: unknown) => body as FormData });
  const { asset } = await answered(sent);
  const shown = asset?.preview?.small ?? (asset?.kind === 'image' ? asset.publicUrl : null);
  return {
    id: asset!.id,
    url: asset!.publicUrl!,
    name: file.name,
    kind: asset!.kind,
    alt: '',
    preview: shown ? ownPath(shown) : null,
  };
}
