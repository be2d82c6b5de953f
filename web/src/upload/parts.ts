// A file on its way: cut as the server says, three parts at a time, each again until it arrives. What has arrived is the server's to say, so
// an upload that was interrupted, by a lost line or by a page that was closed, goes on with what is missing.
import { answered, client, Problem, type Schemas } from '../api/client';
import { ownPath } from '../lib/address';

export type Asset = Schemas['Asset'];
export type Standing = Schemas['MultipartInitiateResponse'];

const AT_A_TIME = 3;
const PAUSES_MS = [1_000, 2_000, 4_000, 8_000, 15_000];

/** The workspace by its name in the address: an upload goes on while one looks at another. */
const of = (workspace: string) => ({ headers: { 'X-Workspace': workspace } });

export const begin = (workspace: string, file: File): Promise<Standing> => {
  const body = { filename: file.name, size: file.size, ...(file.type ? { mime: file.type } : {}) };
  return answered(client.POST('/v1/assets/uploads', { body, ...of(workspace) }));
};

export const standing = (workspace: string, assetId: string): Promise<Standing> =>
  answered(client.GET('/v1/assets/uploads/{assetId}', { params: { path: { assetId } }, ...of(workspace) }));

export const assetOf = async (workspace: string, assetId: string): Promise<Asset> =>
  (await answered(client.GET('/v1/assets/{assetId}', { params: { path: { assetId } }, ...of(workspace) }))).asset;

export const abort = (workspace: string, assetId: string) =>
  answered(client.POST('/v1/assets/uploads/{assetId}/abort', { params: { path: { assetId } }, ...of(workspace) }));

export interface Watch {
  signal: AbortSignal;
  /** Bytes that have arrived. */
  progress: (sent: number) => void;
  /** Why nothing arrives; null: it does again. */
  waiting: (why: string | null) => void;
}

/** Send what is missing of it; the asset, once it is complete. */
export async function send(workspace: string, assetId: string, file: Blob, watch: Watch): Promise<Asset> {
  const at = await patiently(() => standing(workspace, assetId), watch);
  if (at.asset?.status !== 'uploading') return over(at.asset!);
  const { uploadId = '', partSize = file.size, missing = [], parts = [] } = at.upload ?? {};
  let done = parts.reduce((sum, part) => sum + (part.size ?? 0), 0);
  const flying = new Map<number, number>();
  const tell = () => watch.progress(done + [...flying.values()].reduce((sum, bytes) => sum + bytes, 0));
  tell();
  const left = [...missing];
  const worker = async () => {
    for (let number = left.shift(); number !== undefined; number = left.shift()) {
      const part = file.slice((number - 1) * partSize, number * partSize);
      await patiently(async () => {
        const params = { path: { assetId } };
        const { url } = await answered(client.POST('/v1/assets/uploads/{assetId}/part', { params, body: { uploadId, partNumber: number! }, ...of(workspace) }));
        await put(ownPath(url), part, watch.signal, (bytes) => {
          flying.set(number!, bytes);
          tell();
        }).finally(() => flying.delete(number!));
      }, watch);
      done += part.size;
      tell();
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  return patiently(() => complete(workspace, assetId), watch);
}

async function complete(workspace: string, assetId: string): Promise<Asset> {
  const { upload, asset } = await standing(workspace, assetId);
  if (asset?.status !== 'uploading') return over(asset!);
  const parts = (upload?.parts ?? []).map(({ PartNumber, ETag }) => ({ PartNumber, ETag }));
  const params = { path: { assetId } };
  return over((await answered(client.POST('/v1/assets/uploads/{assetId}/complete', { params, body: { uploadId: upload?.uploadId ?? '', parts }, ...of(workspace) }))).asset);
}

/** What it became; a Problem where the file was refused. */
export function over(asset: Asset): Asset {
  if (asset.status !== 'failed') return asset;
  throw new Problem(422, asset.error?.code ?? 'upload_failed', asset.error?.message ?? 'The file was refused');
}

/** Again, for as long as the line or the server is what fails; what the server refuses, it would refuse again. */
async function patiently<T>(act: () => Promise<T>, { signal, waiting }: Watch): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    signal.throwIfAborted();
    try {
      const found = await act();
      if (tries) waiting(null);
      return found;
    } catch (error) {
      const passing = error instanceof Problem && (error.status === 0 || error.status === 429 || error.status >= 500);
      if (!passing) throw error;
      waiting(error.status ? error.message : 'The server does not answer');
      await rest((error.retryAfter ?? 0) * 1000 || PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)]!, signal);
    }
  }
}

function rest(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const end = () => {
      clearTimeout(timer);
      window.removeEventListener('online', end);
      signal.removeEventListener('abort', end);
      done();
    };
    const timer = setTimeout(end, milliseconds);
    window.addEventListener('online', end);
    signal.addEventListener('abort', end);
  });
}

/** By XMLHttpRequest, which tells how far it is. */
function put(url: string, part: Blob, signal: AbortSignal, progress: (bytes: number) => void): Promise<void> {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    request.open('PUT', url);
    request.upload.onprogress = (event) => progress(event.loaded);
    request.onloadend = () => {
      signal.removeEventListener('abort', stop);
      if (request.status >= 200 && request.status < 300) done();
      else if (signal.aborted) failed(new DOMException('The upload was given up', 'AbortError'));
      else failed(new Problem(request.status, 'part_refused', `The part was answered with ${request.status || 'nothing'}`));
    };
    signal.addEventListener('abort', stop);
    request.send(part);
  });
}
