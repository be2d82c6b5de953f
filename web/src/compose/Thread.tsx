// What follows a post: replies of the same account to it, a thread or a first comment. Where a network has none of that, it is said.
import { ActionIcon } from '@mantine/core';
import { X } from 'lucide-react';
import type { Account } from '../api/accounts';
import { listed } from '../lib/say';
import { labelOf } from '../ui/Glyph';
import { attach } from './attaching';
import type { KnownAccounts } from './Composer';
import { Counter } from './Counter';
import { Files } from './Files';
import { called } from './names';
import type { Issue } from './schedule';
import { TextEditor } from './TextEditor';
import { droppable, longestAlt } from './Texts';
import classes from './Texts.module.css';
import { canReply, fits, tightestReply, type Change, type Reply, type Writing } from './writing';

const DELAYS: [number, string][] = [
  [0, 'right after'],
  [1, '1 minute after'],
  [5, '5 minutes after'],
  [15, '15 minutes after'],
  [60, '1 hour after'],
  [1440, '1 day after'],
];

interface Props {
  writing: Writing;
  accounts: Account[];
  able: KnownAccounts['able'];
  issues: Issue[];
  change: (change: Change) => void;
}

export function Thread({ writing, accounts, able, issues, change }: Props) {
  const replying = accounts.filter((one) => canReply(able.get(one.id)));
  const silent = accounts.filter((one) => !canReply(able.get(one.id)));
  return writing.replies.map((reply, number) => (
    <OneReply
      key={reply.key}
      reply={reply}
      number={number + 1}
      replying={replying}
      silent={silent}
      able={able}
      issues={issues.filter((issue) => issue.part === reply.key)}
      change={change}
    />
  ));
}

interface Of {
  reply: Reply;
  number: number;
  replying: Account[];
  silent: Account[];
  able: KnownAccounts['able'];
  issues: Issue[];
  change: (change: Change) => void;
}

function OneReply({ reply, number, replying, silent, able, issues, change }: Of) {
  const tight = tightestReply(reply, replying, able);
  const add = (files: Iterable<File>) => void attach(files, reply.key, change);
  const without = [...new Set(silent.map((one) => labelOf(one.provider)))];
  return (
    <section className={`${classes.box} ${classes.reply}`} aria-label={`Reply ${number}`} {...droppable(add)}>
      <header className={classes.replyHead}>
        <strong>Reply {number}</strong>
        <select
          aria-label={`When reply ${number} goes out`}
          value={reply.minutes}
          onChange={(event) => change({ do: 'reply', key: reply.key, reply: { minutes: Number(event.currentTarget.value) } })}
        >
          {DELAYS.map(([minutes, words]) => (
            <option key={minutes} value={minutes}>
              {words}
            </option>
          ))}
        </select>
        {replying.length > 0 && silent.length > 0 && <span>on {listed(replying.map((one) => called(one, replying)))} only</span>}
        <ActionIcon variant="subtle" color="gray" aria-label={`Take reply ${number} away`} onClick={() => change({ do: 'unfollow', key: reply.key })}>
          <X size={15} />
        </ActionIcon>
      </header>
      {without.length > 0 && (
        <p className={classes.nowhere}>
          {listed(without)} {without.length > 1 ? 'have' : 'has'} no replies that can be published from here, a first comment neither
          {replying.length ? '' : ': choose an account on X for it, or put it into the text'}.
        </p>
      )}
      <TextEditor
        small
        label={`Text of reply ${number}`}
        place={reply.key}
        focusKey={reply.key}
        placeholder="What follows, or the first comment"
        value={reply.text}
        fits={tight ? fits(reply.text, tight.count) : reply.text.length}
        change={(text) => change({ do: 'reply', key: reply.key, reply: { text } })}
      />
      <Files files={reply.files} add={add} change={change} issues={issues} most={longestAlt(replying, able)} accounts={replying} />
      <div className={classes.below}>
        <span className={classes.gap} />
        {tight && <Counter count={tight.count} />}
      </div>
    </section>
  );
}
