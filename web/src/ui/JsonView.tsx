// What the API answered, and the request that asked for it, to be run elsewhere with a key.
import { Button } from '@mantine/core';
import { Copy } from 'lucide-react';
import { ROOT } from '../lib/address';
import classes from './JsonView.module.css';
import { tell } from './toasts';

export function JsonView({ value, path }: { value: unknown; path: string }) {
  const curl = `curl -s ${ROOT}${path} -H "Authorization: Bearer $SOCIALCLAW_API_KEY"`;
  return (
    <div className={classes.json}>
      <Button size="compact-sm" variant="default" leftSection={<Copy size={14} />} onClick={() => void copy(curl, 'Copied as curl; put a key into SOCIALCLAW_API_KEY')}>
        Copy as curl
      </Button>
      <pre tabIndex={0} aria-label="JSON">
        {JSON.stringify(value, null, 2)}
      </pre>
    </div>
  );
}

export async function copy(text: string, told: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    tell(told);
  } catch {
    tell('This browser does not let it be copied: select it by hand');
  }
}
