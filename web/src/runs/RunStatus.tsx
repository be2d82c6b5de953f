import type { ListedRun } from '../api/runs';
import { Status } from '../ui/Status';
import type { Look } from '../ui/status';

const WORDS: Record<ListedRun['status'], [look: Look, word: string]> = {
  draft: ['draft', 'Draft'],
  created: ['scheduled', 'Scheduled'],
  processing: ['publishing', 'Under way'],
  completed: ['published', 'Done'],
  partial_failed: ['failed', 'Not all went out'],
};

export function RunStatus({ status }: { status: ListedRun['status'] }) {
  const [look, word] = WORDS[status];
  return <Status look={look} word={word} />;
}
