// The posts that gained most, in the order of the figure that is chosen.
import { ArrowDown } from 'lucide-react';
import { Link } from 'wouter';
import { useNames } from '../api/accounts';
import { useWorkspace } from '../app/session';
import { moment } from '../lib/say';
import card from '../ui/Card.module.css';
import table from '../ui/DataTable.module.css';
import { Glyph } from '../ui/Glyph';
import classes from './Analytics.module.css';
import { FIGURES, type Overview } from './queries';
import { nameOfFigure } from './words';

const MOST = 20;

export function TopPosts({ overview, figure, choose }: { overview: Overview; figure: string; choose: (figure: string) => void }) {
  const { id, slug, zone } = useWorkspace();
  const name = useNames(id);
  const shown = FIGURES.filter((one) => overview.posts.some((post) => post.metrics[one] !== undefined));
  const posts = [...overview.posts].sort((a, b) => (b.metrics[figure] ?? -Infinity) - (a.metrics[figure] ?? -Infinity)).slice(0, MOST);
  if (!posts.length) return null;
  return (
    <section className={card.card} aria-label="Posts that gained most">
      <h2>Posts that gained most</h2>
      <div className={classes.wide} tabIndex={0} role="region" aria-label="Posts that gained most, as a table">
        <table className={table.table}>
          <thead>
            <tr>
              <th scope="col">Post</th>
              <th scope="col">Went out</th>
              {shown.map((one) => (
                <th key={one} scope="col" className={table.number} aria-sort={one === figure ? 'descending' : undefined}>
                  <button type="button" className={table.sort} onClick={() => choose(one)}>
                    {nameOfFigure(one)} {one === figure && <ArrowDown size={12} aria-hidden />}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {posts.map((post) => (
              <tr key={post.id}>
                <th scope="row" className={classes.post}>
                  <Glyph provider={post.provider} named />
                  <Link className={table.link} href={`/w/${slug}/posts/${post.id}`} title={name(post.accountId, post.account)}>
                    {post.text || 'No text'}
                  </Link>
                </th>
                <td>{post.publishedAt && <time dateTime={post.publishedAt}>{moment(post.publishedAt, zone)}</time>}</td>
                {shown.map((one) => (
                  <td key={one} className={table.number}>
                    {post.metrics[one]?.toLocaleString('en') ?? '—'}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
