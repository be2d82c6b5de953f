// A post is an instant. What was written once and goes out at one instant is one card, whatever the number of its accounts.
import type { Post } from '../api/posts';
import { wall, type Day } from '../lib/time';
import { lookOf, MOVABLE, WORST, type Look } from '../ui/status';

export interface Card {
  id: string;
  posts: Post[];
  at: string;
  day: Day;
  hour: number;
  minutes: number; // of the day, as the wall shows it
  look: Look;
  text: string;
  movable: boolean;
}

/** The cards of these posts in a zone, by time. A card splits when its posts do. */
export function cardsOf(posts: Post[], zone: string): Card[] {
  const together = new Map<string, Post[]>();
  for (const post of posts) {
    if (!post.publishAtUtc) continue;
    const key = `${post.runId}@${post.publishAtUtc}`;
    const found = together.get(key);
    if (found) found.push(post);
    else together.set(key, [post]);
  }
  return [...together.values()].map((found) => card(found, zone)).sort((a, b) => a.at.localeCompare(b.at) || a.id.localeCompare(b.id));
}

function card(posts: Post[], zone: string): Card {
  const first = posts[0]!;
  const at = first.publishAtUtc!;
  const seen = wall(at, zone);
  const looks = posts.map(lookOf);
  return {
    id: first.id,
    posts,
    at,
    day: seen.toPlainDate().toString(),
    hour: seen.hour,
    minutes: seen.hour * 60 + seen.minute,
    look: WORST.find((look) => looks.includes(look)) ?? 'scheduled',
    text: first.text ?? '',
    movable: posts.every((post) => MOVABLE.has(post.status)),
  };
}

export function byDay(cards: Card[]): Map<Day, Card[]> {
  const found = new Map<Day, Card[]>();
  for (const one of cards) found.set(one.day, [...(found.get(one.day) ?? []), one]);
  return found;
}

export const postsIn = (cards: Card[]) => cards.reduce((sum, one) => sum + one.posts.length, 0);
