// A chart with its heading; by a switch, the same as a table, for those who read rather than look.
import { Button } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import card from '../ui/Card.module.css';
import table from '../ui/DataTable.module.css';
import classes from './Analytics.module.css';

interface Props {
  title: string;
  chart: ReactNode;
  head: string[];
  rows: (string | number | null)[][];
}

export function Panel({ title, chart, head, rows }: Props) {
  const [asTable, setAsTable] = useState(false);
  return (
    <section className={card.card} aria-label={title}>
      <div className={classes.head}>
        <h2>{title}</h2>
        <Button size="compact-sm" variant="subtle" color="gray" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          {asTable ? 'Show as a chart' : 'Show as a table'}
        </Button>
      </div>
      {asTable ? (
        <div className={classes.tall} tabIndex={0} role="region" aria-label={`${title}, as a table`}>
          <table className={table.table}>
            <thead>
              <tr>
                {head.map((name, n) => (
                  <th key={name} scope="col" className={n ? table.number : undefined}>
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row, n) => (
                <tr key={n}>
                  {row.map((value, m) =>
                    m ? (
                      <td key={m} className={table.number}>
                        {value === null ? '—' : value.toLocaleString('en')}
                      </td>
                    ) : (
                      <th key={m} scope="row">
                        {value}
                      </th>
                    ),
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        chart
      )}
    </section>
  );
}
