// Something is done with several posts: with each by itself, a few at a time, so that what is refused of one stops no other.
import { Problem } from '../api/client';
import type { Post } from '../api/posts';

export interface Outcome {
  done: Post[];
  not: Map<string, string>; // why, by post
}

const AT_A_TIME = 4;

export async function each(posts: Post[], act: (post: Post) => Promise<unknown>, told: (done: number) => void): Promise<Outcome> {
  const left = [...posts];
  const outcome: Outcome = { done: [], not: new Map() };
  const worker = async () => {
    for (let post = left.shift(); post; post = left.shift()) {
      try {
        await act(post);
        outcome.done.push(post);
      } catch (error) {
        outcome.not.set(post.id, error instanceof Problem ? (error.issues[0]?.message ?? error.message) : String(error));
      }
      told(outcome.done.length + outcome.not.size);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  return outcome;
}
