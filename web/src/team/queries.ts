import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { answered, client, type Schemas } from '../api/client';

export type Member = Schemas['Member'];
export type Role = Member['role'];
export type InviteRow = Schemas['Invite'];

/** What each role may do, in one line; the lowest first. */
export const ROLES: [role: Role, meaning: string][] = [
  ['viewer', 'looks at everything but keys'],
  ['contributor', 'prepares: drafts, and files for them'],
  ['editor', 'lets posts go out, changes them and takes them back'],
  ['admin', 'connects accounts, makes keys, invites people'],
  ['owner', 'everything, also what cannot be undone'],
];

/** The roles that somebody may give: none above their own. */
export const givable = (own: string) => ROLES.slice(0, ROLES.findIndex(([role]) => role === own) + 1);

export const membersOf = (workspace: string) =>
  queryOptions({
    queryKey: ['workspace', workspace, 'members'],
    queryFn: async ({ signal }) => (await answered(client.GET('/v1/dashboard/members', { signal }))).members,
  });

export const invitesOf = (workspace: string) =>
  queryOptions({
    queryKey: ['workspace', workspace, 'invites'],
    queryFn: async ({ signal }) => (await answered(client.GET('/v1/dashboard/invites', { signal }))).invites,
  });

const PAGE = 100;

export const auditOf = (workspace: string) =>
  infiniteQueryOptions({
    queryKey: ['workspace', workspace, 'audit'],
    queryFn: async ({ pageParam, signal }) => (await answered(client.GET('/v1/dashboard/audit', { params: { query: { limit: PAGE, offset: pageParam } }, signal }))).lines,
    initialPageParam: 0,
    getNextPageParam: (last, pages) => (last.length < PAGE ? undefined : pages.length * PAGE),
  });
