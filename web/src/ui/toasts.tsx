// Short words in the corner: what was done, with the way back, or why it was not.
import { notifications } from '@mantine/notifications';
import type { ReactNode } from 'react';
import { Problem } from '../api/client';
import { HOME } from '../lib/address';
import { undo, type Undoable } from '../lib/undo';
import classes from './toasts.module.css';

const SECONDS = 10;
const LOOK = { autoClose: SECONDS * 1000, withBorder: true, closeButtonProps: { 'aria-label': 'Dismiss' } };

export function tell(message: ReactNode): void {
  notifications.show({ message, ...LOOK });
}

export function refused(error: unknown, what: string): void {
  const message = error instanceof Problem ? (error.issues[0]?.message ?? error.message) : String(error);
  const plans = error instanceof Problem && 'upgradePath' in error.details && <a href={`${HOME}/billing`}>Plans</a>;
  const shown = plans ? (
    <>
      {message} {plans}
    </>
  ) : (
    message
  );
  notifications.show({ title: what, message: shown, color: 'red', ...LOOK });
}

export function tellUndoable(what: Undoable): void {
  const id = notifications.show({
    ...LOOK,
    message: (
      <span className={classes.line}>
        {what.label}
        <button
          type="button"
          className={classes.undo}
          onClick={() => {
            notifications.hide(id);
            undo(what).catch((error: unknown) => refused(error, 'It could not be taken back'));
          }}
        >
          Undo <kbd>Z</kbd>
        </button>
      </span>
    ),
  });
}
