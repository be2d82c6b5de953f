// What signs the events: shown once, where it has just been made.
import { Button } from '@mantine/core';
import { Copy } from 'lucide-react';
import { Dialog } from '../ui/Dialog';
import { copy } from '../ui/JsonView';
import classes from './Webhooks.module.css';

export function Secret({ secret, close }: { secret: string; close: () => void }) {
  return (
    <Dialog title="The signing secret" size="lg" close={close}>
      <p>Your program verifies with it that events come from here. It is shown only now.</p>
      <pre className={classes.secret} tabIndex={0}>
        {secret}
      </pre>
      <Button leftSection={<Copy size={15} />} onClick={() => void copy(secret, 'The secret is copied')}>
        Copy the secret
      </Button>
    </Dialog>
  );
}
