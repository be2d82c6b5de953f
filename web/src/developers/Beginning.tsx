// How a program begins: where the API is, a first call, and where all of it is described.
import { ActionIcon } from '@mantine/core';
import { BookOpen, Braces, Copy, FileText } from 'lucide-react';
import { ROOT } from '../lib/address';
import card from '../ui/Card.module.css';
import { copy } from '../ui/JsonView';
import classes from './Keys.module.css';

export function Beginning() {
  const calls: [what: string, call: string][] = [
    ['The base URL', ROOT],
    ['Which accounts there are', `curl -s ${ROOT}/v1/accounts -H "Authorization: Bearer $SOCIALCLAW_API_KEY"`],
    [
      'A first post',
      `curl -s ${ROOT}/v1/posts/apply -H "Authorization: Bearer $SOCIALCLAW_API_KEY" -H "Content-Type: application/json" -d '{"posts": [{"account": "x:@…", "description": "Hello, world"}]}'`,
    ],
  ];
  return (
    <aside className={card.card} aria-label="Call the API">
      <h2>Call the API</h2>
      <p className={card.dim}>The pages of this dashboard use the same API: “Copy as” shows the request that made each.</p>
      {calls.map(([what, call]) => (
        <div key={what} className={classes.call}>
          <span>{what}</span>
          <pre tabIndex={0} aria-label={what}>
            {call}
          </pre>
          <ActionIcon variant="subtle" color="gray" aria-label={`Copy: ${what}`} onClick={() => void copy(call, 'Copied')}>
            <Copy size={15} />
          </ActionIcon>
        </div>
      ))}
      <ul className={classes.links}>
        <li>
          <BookOpen size={15} aria-hidden /> <a href={`${ROOT}/docs`}>Documentation</a>
        </li>
        <li>
          <Braces size={15} aria-hidden /> <a href={`${ROOT}/openapi.json`}>OpenAPI</a>
        </li>
        <li>
          <FileText size={15} aria-hidden /> <a href={`${ROOT}/llms.txt`}>llms.txt, for agents</a>
        </li>
      </ul>
    </aside>
  );
}
