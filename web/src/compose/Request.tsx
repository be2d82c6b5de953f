// The very request that the page makes, as JSON and to be run elsewhere: a key's, in place of the session's cookie. Its idempotency key is the
// page's too, so that what is sent both here and there is published once.
import { Button } from '@mantine/core';
import { Copy } from 'lucide-react';
import { ROOT } from '../lib/address';
import { copy } from '../ui/JsonView';
import classes from './Look.module.css';

const JUDGED = '/v1/posts/apply'; // by the operation beside it, while one writes

export interface Asked {
  method: 'POST' | 'PATCH';
  path: string;
  body: object;
  does: string;
}

export function Request({ method, path, body, does }: Asked) {
  const json = JSON.stringify(body, null, 2);
  return (
    <div className={classes.request}>
      {path === JUDGED && (
        <div className={classes.copies}>
          {Object.entries(WAYS).map(([name, way]) => (
            <Button
              key={name}
              size="compact-sm"
              variant="default"
              leftSection={<Copy size={14} />}
              onClick={() => void copy(way(json, path), `Copied for ${name}; put a key into SOCIALCLAW_API_KEY`)}
            >
              Copy as {name}
            </Button>
          ))}
        </div>
      )}
      <p>
        <code>
          {method} {path}
        </code>{' '}
        {does}
        {path === JUDGED && (
          <>
            ; <code>POST /v1/posts/validate</code> judges the same while you write
          </>
        )}
        .
      </p>
      <pre tabIndex={0} aria-label="JSON of the request">
        {json}
      </pre>
    </div>
  );
}

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
const file = (json: string) => `cat > schedule.json <<'END'\n${json}\nEND`;

const WAYS: Record<string, (json: string, path: string) => string> = {
  curl: (json, path) => `curl -s ${ROOT}${path} -H "Authorization: Bearer $SOCIALCLAW_API_KEY" -H "Content-Type: application/json" -d ${quoted(json)}`,
  CLI: (json) => `${file(json)}\nSC_BASE_URL=${ROOT} socialclaw login --api-key "$SOCIALCLAW_API_KEY"\nsocialclaw apply -f schedule.json`,
  Python: (json, path) =>
    [
      'import json, os, urllib.request',
      '',
      `schedule = json.loads(r"""${json}""")`,
      'headers = {"Authorization": "Bearer " + os.environ["SOCIALCLAW_API_KEY"], "Content-Type": "application/json"}',
      `request = urllib.request.Request("${ROOT}${path}", json.dumps(schedule).encode(), headers)`,
      'print(json.load(urllib.request.urlopen(request))["run"]["id"])',
    ].join('\n'),
};
