// What the posts of a run came to, as their networks tell it.
import { useQuery } from '@tanstack/react-query';
import { answered, client } from '../api/client';
import { useWorkspace } from '../app/session';
import { capital } from '../lib/say';
import { Bars } from '../ui/charts/Bars';
import card from '../ui/Card.module.css';
import { Empty, Failure } from '../ui/Notice';

export function RunFigures({ id }: { id: string }) {
  const { id: workspace } = useWorkspace();
  const { data, error, refetch } = useQuery({
    queryKey: ['posts', workspace, 'figures of run', id],
    queryFn: ({ signal }) => answered(client.GET('/v1/analytics/runs/{runId}', { params: { path: { runId: id } }, signal })),
  });
  if (error) return <Failure error={error} retry={() => void refetch()} />;
  if (!data) return null;
  const told = Object.entries(data.summary?.metrics ?? {}).filter(([, value]) => value !== null);
  if (!told.length) return <Empty title="No figures yet">They arrive about an hour after a post went out, from the networks that tell any.</Empty>;
  return (
    <section className={card.card} aria-label="Figures of this run">
      <p className={card.dim}>
        From {data.summary!.contributingPostCount} of {data.summary!.totalPosts} posts, since they went out.
      </p>
      <Bars label="Figures" bars={told.map(([name, value]) => ({ key: name, name: capital(name), value: value ?? null }))} />
    </section>
  );
}
