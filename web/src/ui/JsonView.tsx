// What the API answered, and the request that asked for it, to be run elsewhere with a key.
import { Button, Menu } from '@mantine/core';
import { Copy } from 'lucide-react';
import { ROOT } from '../lib/address';
import classes from './JsonView.module.css';
import { tell } from './toasts';

const KEY = 'SOCIALCLAW_API_KEY';
const WAYS: [string, (url: string) => string][] = [
  ['curl', (url) => `curl -s ${url} -H "Authorization: Bearer $${KEY}"`],
  ['Python', (url) => `import os, httpx\n\nprint(httpx.get("${url}", headers={"Authorization": f"Bearer {os.environ['${KEY}']}"}).json())`],
  ['JavaScript', (url) => `const answer = await fetch('${url}', { headers: { Authorization: \`Bearer \${process.env.${KEY}}\` } });\nconsole.log(await answer.json());`],
];

export function JsonView({ value, path }: { value: unknown; path: string }) {
  return (
    <div className={classes.json}>
      <Menu position="bottom-start" shadow="md">
        <Menu.Target>
          <Button size="compact-sm" variant="default" leftSection={<Copy size={14} />}>
            Copy as
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {WAYS.map(([name, made]) => (
            <Menu.Item key={name} onClick={() => void copy(made(ROOT + path), `Copied as ${name}; put a key into ${KEY}`)}>
              {name}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
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
