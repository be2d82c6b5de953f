// What became of what was just sent, told wherever one is by then.
import { answered, client } from '../api/client';
import { ownPath } from '../lib/address';
import { counted } from '../lib/say';
import { labelOf } from '../ui/Glyph';
import { tell } from '../ui/toasts';

const LOOK_MS = 700;
const PATIENCE_MS = 90_000;
const ENDED = new Set(['published', 'failed', 'canceled']);

export async function tellOutcome(runId: string, test: boolean): Promise<void> {
  const until = Date.now() + PATIENCE_MS;
  while (Date.now() < until) {
    const { posts } = await answered(client.GET('/v1/runs/{runId}', { params: { path: { runId } } }));
    if (posts?.every((post) => ENDED.has(post.status))) {
      const live = posts.filter((post) => post.status === 'published');
      const where = test ? ' (sandbox)' : '';
      if (live.length === 1 && posts.length === 1) {
        const url = live[0]!.providerUrl;
        tell(
          <>
            Live on {labelOf(live[0]!.provider)}
            {where}.{' '}
            {url && (
              <a href={ownPath(url)} target="_blank" rel="noreferrer">
                See it
              </a>
            )}
          </>,
        );
      } else if (live.length === posts.length) tell(`${counted(live.length, 'post is', 'posts are')} live${where}.`);
      else tell(`${live.length} of ${counted(posts.length, 'post')} live${where}. The others are marked in the calendar.`);
      return;
    }
    await new Promise((done) => setTimeout(done, LOOK_MS));
  }
}
