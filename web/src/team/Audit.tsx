// What people did in the workspace, the latest first. What keys do is not among it.
import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useWorkspace } from '../app/session';
import { capital, moment } from '../lib/say';
import table from '../ui/DataTable.module.css';
import { Empty, Failure } from '../ui/Notice';
import { auditOf } from './queries';
import classes from './Team.module.css';

const PLAIN = /^dashboard_/;

export function Audit() {
  const { id, zone } = useWorkspace();
  const found = useInfiniteQuery(auditOf(id));
  if (found.error) return <Failure error={found.error} retry={() => void found.refetch()} />;
  const lines = found.data?.pages.flat();
  if (!lines) return null;
  if (!lines.length) return <Empty title="Nothing was changed yet">Each change that somebody makes here is written down: who, when, and to what.</Empty>;
  return (
    <>
      <div className={table.frame} tabIndex={0} role="region" aria-label="What people did">
        <table className={table.table}>
          <caption className="visually-hidden">What people did, times of {zone}</caption>
          <thead>
            <tr>
              <th scope="col">When</th>
              <th scope="col">Who</th>
              <th scope="col">What</th>
              <th scope="col">To</th>
            </tr>
          </thead>
          <tbody>
            {lines.map((line) => (
              <tr key={line.id}>
                <td>
                  <time dateTime={line.at}>{moment(line.at, zone, true)}</time>
                </td>
                <td>{nameOf(line.by)}</td>
                <td className={classes.what}>{capital(line.action.replace(PLAIN, '').replaceAll('_', ' '))}</td>
                <td>{line.subject && <code>{line.subject}</code>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {found.hasNextPage && (
        <Button variant="default" mt="md" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          Show more
        </Button>
      )}
    </>
  );
}

function nameOf(by: Record<string, unknown> | null): string {
  if (!by) return 'Somebody who is gone';
  return String(by.name ?? by.email ?? by.id);
}
