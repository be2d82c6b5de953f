// What somebody is writing and has not sent, as the server keeps it: theirs alone, each save under the revision that was read.
import { queryOptions } from '@tanstack/react-query';
import { answered, client, type Schemas } from './client';

export type Draft = Schemas['ComposerDraft'];
export type DraftCard = Schemas['DraftCard'];

const at = (draftId: string) => ({ params: { path: { draftId } } });

export const draftsOf = (workspace: string) =>
  queryOptions({
    queryKey: ['drafts', workspace],
    queryFn: async ({ signal }) => (await answered(client.GET('/v1/dashboard/drafts', { signal }))).drafts,
    staleTime: 0,
  });

export const readDraft = async (draftId: string) => (await answered(client.GET('/v1/dashboard/drafts/{draftId}', at(draftId)))).draft;

/** `revision`: the one that was read last; 0 where there was none. */
export async function saveDraft(draftId: string, content: object, revision: number): Promise<Draft> {
  const params = { path: { draftId }, header: { 'If-Match': `"${revision}"` } };
  return (await answered(client.PUT('/v1/dashboard/drafts/{draftId}', { params, body: { content: content as Record<string, never> } }))).draft;
}

export const discardDraft = (draftId: string) => answered(client.DELETE('/v1/dashboard/drafts/{draftId}', at(draftId)));
