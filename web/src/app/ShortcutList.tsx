// `?` shows every key there is.
import { Modal } from '@mantine/core';
import { useState } from 'react';
import classes from './ShortcutList.module.css';
import { placesOf } from './places';
import { useWorkspace } from './session';
import { useKeys } from './shortcuts';

const GROUPS: [string, [string, string][]][] = [
  ['Everywhere', [['C', 'New post'], ['Ctrl K', 'Search, or go somewhere'], ['Z', 'Undo the last move'], ['?', 'This list']]],
  ['Calendar', [
    ['T', 'Today'], ['D W O L', 'Day, week, month, list'], ['J K', 'Next, previous'], ['← ↑ ↓ →', 'From card to card'], ['Enter', 'Open'],
    ['M', 'Move: arrows, then Enter; Esc leaves it where it was'],
  ]],
  ['Posts', [['J K', 'Next, previous'], ['X', 'Choose'], ['Enter', 'Open']]],
  ['Analytics', [['1 2 3', '7, 30, 90 days']]],
  ['Media', [['U', 'Upload']]],
  ['Composer', [['Ctrl Enter', 'Send'], ['Ctrl Shift Enter', 'Keep as draft'], ['Ctrl . and Ctrl ,', 'Next and previous text'], ['Esc', 'Close']]],
];

export function ShortcutList() {
  const places = placesOf(useWorkspace()).map(({ key, label }): [string, string] => [`G ${key.toUpperCase()}`, label]);
  const [open, setOpen] = useState(false);
  useKeys({ '?': () => setOpen(true) });
  return (
    <Modal opened={open} onClose={() => setOpen(false)} title="Keys" lockScroll={false} size="md" closeButtonProps={{ 'aria-label': 'Close' }}>
      {[...GROUPS, ['Go to', places] as (typeof GROUPS)[number]].map(([where, keys]) => (
        <section key={where} className={classes.group}>
          <h3>{where}</h3>
          <dl>
            {keys.map(([key, what]) => (
              <div key={key}>
                <dt>
                  <kbd>{key}</kbd>
                </dt>
                <dd>{what}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Modal>
  );
}
