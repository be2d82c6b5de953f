// A post beside what one came from. Where a card stood for several posts, each is a tab.
import { Drawer } from '@mantine/core';
import type { Post } from '../api/posts';
import { Glyph, labelOf } from '../ui/Glyph';
import { Tabs } from '../ui/Tabs';
import { PostView } from './PostView';

interface Props {
  id: string;
  beside: Post[];
  zone: string;
  show: (id: string) => void;
  close: () => void;
}

export function PostDrawer({ id, beside, zone, show, close }: Props) {
  const view = <PostView key={id} id={id} zone={zone} />;
  return (
    <Drawer
      opened
      onClose={close}
      position="right"
      size={640}
      title={beside.length > 1 ? `${beside.length} posts` : 'Post'}
      lockScroll={false}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {beside.length > 1 ? (
        <Tabs label="Posts of this card" chosen={id} choose={show} tabs={beside.map((post) => [post.id, <Name key={post.id} post={post} />])}>
          {view}
        </Tabs>
      ) : (
        view
      )}
    </Drawer>
  );
}

function Name({ post }: { post: Post }) {
  return (
    <>
      <Glyph provider={post.provider} /> {labelOf(post.provider)}
    </>
  );
}
