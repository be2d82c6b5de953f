// What keys may do, in words: the presets of the API, and what each is for.
export const PRESETS: [preset: string, label: string, about: string][] = [
  ['admin', 'Everything', 'Also connects accounts and makes keys. Not for an agent.'],
  ['agent', 'Publish', 'Schedules, publishes and takes back posts.'],
  ['drafter', 'Prepare', 'Writes drafts, which a person lets go out.'],
  ['reader', 'Look', 'Reads everything but keys, and changes nothing.'],
];

/** What a key with these operations is for, where that is one of the usual things. */
export function presetOf(operations: string[]): string {
  const has = new Set(operations);
  if (has.has('keys')) return 'Everything';
  if (has.has('publish')) return 'Publish';
  if (has.has('draft')) return 'Prepare drafts';
  return has.size === 1 && has.has('read') ? 'Look' : 'Some things';
}
