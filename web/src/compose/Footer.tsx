// When, and the one button that says what will happen and to how many.
import { Button, Menu } from '@mantine/core';
import { ChevronUp } from 'lucide-react';
import { useWorkspace } from '../app/session';
import { counted as told } from '../lib/say';
import classes from './Form.module.css';
import type { How, Issue } from './schedule';
import { When } from './When';
import type { Change, Writing } from './writing';

interface Props {
  workspace: string;
  writing: Writing;
  now: number;
  zone: string;
  posts: number;
  mend: number;
  waiting: number;
  sending: boolean;
  how: How;
  issues: Issue[];
  change: (change: Change) => void;
  act: (how: How) => void;
  disarm: () => void;
}

export function Footer({ workspace, writing, now, zone, posts, mend, waiting, sending, how, issues, change, act, disarm }: Props) {
  const { rights, test } = useWorkspace();
  const late = issues.find((issue) => issue.field.startsWith('publish_at'));
  const main = how === 'later' ? `Schedule ${told(posts, 'post')}` : `Publish ${told(posts, 'post')}${test ? ' to the sandbox' : ' now'}`;
  return (
    <footer className={classes.footer}>
      <When workspace={workspace} accounts={writing.accounts} at={writing.at} now={now} zone={zone} change={(at) => change({ do: 'when', at })} />
      {late && <span className={classes.mend}>{late.message}</span>}
      <div className={classes.send}>
        {waiting > 0 ? (
          <span className={classes.mend} role="status" data-tone="plain">
            It is sent when {told(waiting, 'file has', 'files have')} arrived.{' '}
            <Button size="compact-sm" variant="subtle" onClick={disarm}>
              Not yet
            </Button>
          </span>
        ) : (
          mend > 0 && <span className={classes.mend}>{told(mend, 'thing')} to mend first</span>
        )}
        <Button className={classes.wide} variant="subtle" color="gray" disabled={sending} onClick={() => act('draft')}>
          Keep as draft
        </Button>
        {rights.has('publish') && how === 'later' && (
          <Button className={classes.wide} variant="default" disabled={sending} onClick={() => act('now')}>
            Publish now
          </Button>
        )}
        {rights.has('publish') && (
          <Button className={classes.main} loading={sending} onClick={() => act(how)} rightSection={<kbd className={classes.key}>Ctrl ↵</kbd>}>
            {main}
          </Button>
        )}
        <Menu position="top-end" width={200} shadow="md">
          <Menu.Target>
            <Button className={classes.more} aria-label="More ways to send">
              <ChevronUp size={17} />
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => act('draft')}>Keep as draft</Menu.Item>
            {rights.has('publish') && how === 'later' && <Menu.Item onClick={() => act('now')}>Publish now</Menu.Item>}
          </Menu.Dropdown>
        </Menu>
      </div>
    </footer>
  );
}
