import { useNames } from '../api/accounts';
import { useWorkspace } from '../app/session';
import { Bars } from '../ui/charts/Bars';
import { Glyph, labelOf } from '../ui/Glyph';
import { Panel } from './Panel';
import type { Overview } from './queries';
import { nameOfFigure } from './words';

const MOST = 12;

/** An account whose network does not tell the figure says so: that is not nothing. */
export function ByAccount({ figure, overview }: { figure: string; overview: Overview }) {
  const { id } = useWorkspace();
  const name = useNames(id);
  const value = (one: Overview['accounts'][number]) => one.metrics[figure] ?? null;
  const ordered = [...overview.accounts].filter((one) => one.contributingPostCount > 0).sort((a, b) => (value(b) ?? -1) - (value(a) ?? -1));
  const named = (one: Overview['accounts'][number]) => name(one.account.id, one.account.handle ?? one.account.id);
  return (
    <Panel
      title={`${nameOfFigure(figure)} by account`}
      chart={
        <Bars
          label={`${nameOfFigure(figure)} by account`}
          bars={ordered.slice(0, MOST).map((one) => ({
            key: one.account.id,
            name: (
              <>
                <Glyph provider={one.account.provider ?? ''} named /> {named(one)}
              </>
            ),
            value: value(one),
            instead: `${labelOf(one.account.provider ?? '')} does not tell`,
          }))}
        />
      }
      head={['Account', nameOfFigure(figure), 'Posts', 'Followers', 'Gained']}
      rows={ordered.map((one) => [`${named(one)} (${labelOf(one.account.provider ?? '')})`, value(one), one.contributingPostCount, one.followers, one.followersGained])}
    />
  );
}
