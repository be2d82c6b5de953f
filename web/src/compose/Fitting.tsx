// What the media policy `fit` would make of a file for an account: offered where the network does not take it as it is.
import { queryOptions, useQuery } from '@tanstack/react-query';
import { answered, client } from '../api/client';
import { useWorkspace } from '../app/session';
import { listed } from '../lib/say';
import { filesFor, type Attached, type Writing } from './writing';

export const fitsOf = (workspace: string, assetId: string) =>
  queryOptions({
    queryKey: ['assets', workspace, 'fit', assetId],
    queryFn: async ({ signal }) => (await answered(client.GET('/v1/dashboard/assets/{assetId}/fit', { params: { path: { assetId } }, signal }))).fits,
    staleTime: Infinity, // a file does not change
  });

export function OfferToFit({ file, account, fit }: { file: Attached; account: string; fit: () => void }) {
  const { id } = useWorkspace();
  const { data } = useQuery(fitsOf(id, file.id));
  const found = data?.find((one) => one.accountId === account);
  if (found?.fit !== 'changed') return null;
  return (
    <button type="button" title={`It would be ${listed(found.changes)}`} onClick={fit}>
      Change the file to fit
    </button>
  );
}

/** What is done to the files of an account that has its files changed. */
export function WhatIsChanged({ writing, account }: { writing: Writing; account: string }) {
  const files = filesFor(writing.files, account).filter((file) => file.url);
  return (
    <>
      {files.map((file) => (
        <OneChange key={file.id} file={file} account={account} />
      ))}
    </>
  );
}

function OneChange({ file, account }: { file: Attached; account: string }) {
  const { id } = useWorkspace();
  const { data } = useQuery(fitsOf(id, file.id));
  const found = data?.find((one) => one.accountId === account);
  return found?.fit === 'changed' ? ` ${file.name}: ${listed(found.changes)}.` : null;
}
