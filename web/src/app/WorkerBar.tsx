// A server whose worker is gone publishes nothing: that is said on every screen.
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { serverOf } from '../api/health';
import { Notice } from '../ui/Notice';
import { useWorkspace } from './session';

export function WorkerBar() {
  const { slug } = useWorkspace();
  const { data } = useQuery({ ...serverOf, refetchInterval: 60_000 });
  if (data?.worker?.alive !== false) return null;
  return (
    <Notice tone="bad" action={<Link href={`/w/${slug}/health`}>Health</Link>}>
      <strong>Nothing is being published:</strong> no worker of the server is alive. What is due goes out once there is one.
    </Notice>
  );
}
