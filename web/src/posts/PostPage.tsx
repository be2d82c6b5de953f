import { useWorkspace } from '../app/session';
import { Page } from '../ui/Page';
import { PostView } from '../post/PostView';

export function PostPage({ id }: { id: string }) {
  const { zone } = useWorkspace();
  return (
    <Page title="Post">
      <PostView id={id} zone={zone} />
    </Page>
  );
}
