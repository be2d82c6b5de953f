// The posts of a run as rows, in the order of their times.
import type { Post } from '../api/posts';
import { PostRows } from '../ui/PostRows';

export function RunTable({ posts, open }: { posts: Post[]; open: (id: string) => void }) {
  return <PostRows posts={[...posts].sort((a, b) => (a.publishAtUtc ?? '').localeCompare(b.publishAtUtc ?? ''))} open={open} />;
}
