// A draft that another window has changed, or sent: said where one writes, with both side by side. Nothing is overwritten until one chooses.
import { Button, Modal } from '@mantine/core';
import { useState } from 'react';
import { nameOf, type Account } from '../api/accounts';
import { listed, moment } from '../lib/say';
import { Notice } from '../ui/Notice';
import classes from './Conflict.module.css';
import { NEXT, same, type Writing } from './writing';

interface Props {
  mine: Writing;
  theirs: Writing | null;
  accounts: Account[];
  zone: string;
  what: 'draft' | 'post';
  keepMine: () => void;
  takeTheirs: () => void;
  /** Where theirs is gone: what is here goes on as something new. */
  anew?: () => void;
}

export function Conflict({ mine, theirs, accounts, zone, what, keepMine, takeTheirs, anew }: Props) {
  const [comparing, setComparing] = useState(false);
  if (!theirs) {
    return (
      <Notice
        tone="warn"
        action={
          anew && (
            <Button size="compact-sm" variant="default" onClick={anew}>
              Keep it as a new draft
            </Button>
          )
        }
      >
        <strong>This {what} was sent or discarded in another window.</strong> What you see here is not saved on the server any more.
      </Notice>
    );
  }
  const choose = (act: () => void) => () => {
    setComparing(false);
    act();
  };
  return (
    <>
      <Notice
        tone="warn"
        action={
          <Button size="compact-sm" variant="default" onClick={() => setComparing(true)}>
            Compare both
          </Button>
        }
      >
        <strong>This {what} was changed in another window.</strong> Nothing was overwritten: what you wrote is kept in this browser.
      </Notice>
      <Modal opened={comparing} onClose={() => setComparing(false)} title="Two versions" size="xl" transitionProps={{ duration: 0 }} lockScroll={false} closeButtonProps={{ 'aria-label': 'Close' }}>
        <table className={classes.both}>
          <thead>
            <tr>
              <td />
              <th scope="col">Here</th>
              <th scope="col">In the other window</th>
            </tr>
          </thead>
          <tbody>
            {FIELDS.map(([name, told]) => {
              const [here, there] = [told(mine, accounts, zone), told(theirs, accounts, zone)];
              return here || there ? (
                <tr key={name} data-differs={here !== there || undefined}>
                  <th scope="row">{name}</th>
                  <td>{here || '—'}</td>
                  <td>{there || '—'}</td>
                </tr>
              ) : null;
            })}
          </tbody>
        </table>
        {!same(mine.settings, theirs.settings) && <p className={classes.more}>The settings for single accounts differ too.</p>}
        <div className={classes.choice}>
          <Button variant="default" onClick={choose(takeTheirs)}>
            Take the other one
          </Button>
          <Button onClick={choose(keepMine)}>Keep the one here</Button>
        </div>
      </Modal>
    </>
  );
}

type Told = (one: Writing, accounts: Account[], zone: string) => string;

const named = (accounts: Account[], id: string) => nameOf(accounts.find((one) => one.id === id) ?? { handle: id });

const FIELDS: [string, Told][] = [
  ['Accounts', (one, accounts) => listed(one.accounts.map((id) => named(accounts, id)))],
  ['Title', (one) => one.title],
  ['Text', (one) => one.text],
  ['Texts of single accounts', (one, accounts) => Object.entries(one.own).map(([id, text]) => `${named(accounts, id)}: ${text}`).join('\n\n')],
  ['Files', (one) => one.files.map((file) => `${file.name}${file.alt ? ` (${file.alt})` : ''}`).join('\n')],
  ['Labels', (one) => listed(one.labels)],
  ['Replies', (one) => one.replies.map((reply) => reply.text).join('\n\n')],
  ['Time', (one, _, zone) => (one.at === NEXT ? 'Next free slot' : one.at ? moment(one.at, zone) : 'Now')],
];
