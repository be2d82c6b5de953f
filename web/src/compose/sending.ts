// What is written, as the API takes it: to be judged while one types, and to be sent.
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { answered, client, Problem, type Schemas } from '../api/client';
import { textFor, type Writing } from './writing';

const REST_MS = 600; // nobody is judged in the middle of a word

export interface Issue {
  account: string | null;
  field: string;
  message: string;
  error: boolean;
}

const assets = (one: Writing) =>
  one.files.map((file) => ({ id: file.id, url: file.url, managed: true, originalFilename: file.name, ...(file.alt ? { altText: file.alt } : {}) }));

/** All problems at once, each with the account that it is about. */
export function useJudged(workspace: string, one: Writing, zone: string, titled: Set<string>): { issues: Issue[]; judging: boolean } {
  const schedule = {
    timezone: zone,
    posts: one.accounts.map((account) => ({
      account,
      description: textFor(one, account),
      ...(one.title && titled.has(account) ? { name: one.title } : {}),
      ...(one.at ? { publish_at: one.at } : {}),
      ...(one.files.length ? { assets: assets(one) } : {}),
      ...(one.settings[account] ? { settings: one.settings[account] } : {}),
    })),
  };
  const rested = useRested(JSON.stringify(schedule), REST_MS);
  const current = rested === JSON.stringify(schedule);
  const { data, isFetching } = useQuery({
    queryKey: ['judged', workspace, rested],
    queryFn: ({ signal }) => judge(rested, one.accounts, signal),
    enabled: one.accounts.length > 0 && (!!one.text || !!one.files.length || Object.keys(one.own).length > 0),
    placeholderData: (before) => before,
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
  return { issues: data ?? [], judging: isFetching || !current };
}

async function judge(schedule: string, accounts: string[], signal: AbortSignal): Promise<Issue[]> {
  const body = JSON.parse(schedule) as Schemas['ScheduleEnvelope'];
  try {
    const found = await answered(client.POST('/v1/posts/validate', { body, signal }));
    return (found.warnings ?? []).map((issue) => placed(issue, accounts, false));
  } catch (error) {
    if (error instanceof Problem && error.issues.length) return error.issues.map((issue) => placed(issue, accounts, true));
    if (error instanceof Problem && error.status === 422) return [{ account: null, field: '', message: error.message, error: true }];
    throw error;
  }
}

function placed(issue: Schemas['Issue'], accounts: string[], error: boolean): Issue {
  const place = issue.path.match(/^(?:posts|targets)\[(\d+)\]\.?(.*)$/);
  return { account: place ? (accounts[Number(place[1])] ?? null) : null, field: place?.[2] ?? issue.path, message: issue.message, error };
}

export type How = 'now' | 'later' | 'draft';

/** `titled`: the accounts that have titles; elsewhere one would be put before the text. */
export function send(one: Writing, how: How, zone: string, titled: Set<string>) {
  const body = {
    timezone: zone,
    text: one.text,
    targets: one.accounts.map((account) => ({
      account,
      ...(one.own[account] === undefined ? {} : { text: one.own[account] }),
      ...(one.title && titled.has(account) ? { title: one.title } : {}),
      ...(one.settings[account] ? { settings: one.settings[account] as never } : {}),
    })),
    ...(one.files.length ? { assets: assets(one) } : {}),
    ...(how === 'now' ? { publishNow: true } : {}),
    ...(how === 'draft' ? { draft: true } : {}),
    ...(how !== 'now' && one.at ? { publishAt: one.at } : {}),
    idempotencyKey: one.key,
  };
  return answered(client.POST('/v1/dashboard/compose', { body }));
}

function useRested<T>(value: T, milliseconds: number): T {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return rested;
}
