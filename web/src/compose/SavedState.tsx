// Where what is written is kept, in words: one may close the window when it says so.
import { Cloud, CloudAlert, CloudCheck, CloudUpload } from 'lucide-react';
import classes from './Form.module.css';
import type { Saving } from './saving';

export function SavedState({ saving }: { saving: Saving }) {
  const [Icon, words] = told(saving);
  return (
    <span className={classes.saved} role="status" data-state={saving.state}>
      {words && (
        <>
          <Icon size={16} aria-hidden /> {words}
        </>
      )}
    </span>
  );
}

function told(saving: Saving): [typeof Cloud, string] {
  switch (saving.state) {
    case 'untouched':
      return [Cloud, ''];
    case 'saving':
      return [CloudUpload, 'Saving'];
    case 'saved':
      return [CloudCheck, 'Saved'];
    case 'local':
      return [CloudAlert, `Saved in this browser only. ${saving.why}; it is tried again`];
    case 'changed':
      return [CloudAlert, 'Changed in another window'];
    case 'lost':
      return [CloudAlert, `Not saved: ${saving.why}`];
  }
}
