// The times of the week at which posts usually go out, and which of them are free for these accounts.
import { queryOptions } from '@tanstack/react-query';
import { answered, client } from '../api/client';

export const freeSlotsOf = (workspace: string, accounts: string[]) =>
  queryOptions({
    queryKey: ['posts', workspace, 'slots', [...accounts].sort().join()],
    queryFn: async ({ signal }) => {
      const query = { accounts: accounts.join(), count: 3 };
      return (await answered(client.GET('/v1/dashboard/slots/next', { params: { query }, signal }))).slots;
    },
    placeholderData: (before) => before,
  });

/** Whether there are any: then a post goes out at the next one, unless it is told otherwise. */
export const slottedOf = (workspace: string) =>
  queryOptions({
    queryKey: ['workspace', workspace, 'slots'],
    queryFn: async ({ signal }) => (await answered(client.GET('/v1/dashboard/slots', { signal }))).slots.some((week) => week.times.length > 0),
  });
