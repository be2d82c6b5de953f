// Posts as rows: when, to which account, what, and how it stands. Where something is to be done with several of them, each can be chosen.
import type { ReactNode } from 'react';
import { useNames } from '../api/accounts';
import type { Post } from '../api/posts';
import { useWorkspace } from '../app/session';
import { counted, moment } from '../lib/say';
import { Glyph, labelOf } from './Glyph';
import classes from './PostRows.module.css';
import { Status } from './Status';
import { lookOf } from './status';

export interface Choosing {
  chosen: ReadonlySet<string>;
  choose: (id: string, range: boolean) => void;
  all: (on: boolean) => void;
}

interface Props {
  posts: Post[];
  open: (id: string) => void;
  choosing?: Choosing;
  beside?: (post: Post) => ReactNode; // said below the text
}

export function PostRows({ posts, open, choosing, beside }: Props) {
  const { id, zone } = useWorkspace();
  const name = useNames(id);
  const all = choosing && posts.length > 0 && posts.every((post) => choosing.chosen.has(post.id));
  return (
    <div className={classes.frame}>
      <table className={classes.table} data-choosing={choosing ? true : undefined}>
        <caption className="visually-hidden">
          {counted(posts.length, 'post')}, times of {zone}
        </caption>
        <thead>
          <tr>
            {choosing && (
              <th scope="col" className={classes.box}>
                <input type="checkbox" aria-label="All that are shown" checked={all} onChange={(event) => choosing.all(event.currentTarget.checked)} />
              </th>
            )}
            <th scope="col">Time</th>
            <th scope="col">Account</th>
            <th scope="col">Text</th>
            <th scope="col">Status</th>
          </tr>
        </thead>
        <tbody>
          {posts.map((post) => (
            <tr key={post.id} data-post={post.id} onClick={() => open(post.id)} data-chosen={choosing?.chosen.has(post.id) || undefined}>
              {choosing && (
                <td className={classes.box} onClick={(event) => event.stopPropagation()}>
                  <input
                    type="checkbox"
                    aria-label={`Choose “${words(post)}”`}
                    checked={choosing.chosen.has(post.id)}
                    onChange={(event) => choosing.choose(post.id, (event.nativeEvent as MouseEvent).shiftKey)}
                  />
                </td>
              )}
              <td className={classes.time}>{post.publishAtUtc && <time dateTime={post.publishAtUtc}>{moment(post.publishAtUtc, zone)}</time>}</td>
              <td className={classes.to}>
                <span className={classes.account}>
                  <Glyph provider={post.provider} size={18} named /> <span title={labelOf(post.provider)}>{name(post.accountId, post.account)}</span>
                </span>
              </td>
              <td className={classes.text}>
                <button type="button" onClick={() => open(post.id)}>
                  {words(post)}
                </button>
                {post.labels?.map((label) => (
                  <span key={label} className={classes.label}>
                    {label}
                  </span>
                ))}
                {beside?.(post)}
              </td>
              <td className={classes.status}>
                <Status look={lookOf(post)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const words = (post: Post) => post.text || post.description || post.name || 'No text';
