// Beside what is written: what it will look like on each network, and the request that is made of it.
import { Switch } from '@mantine/core';
import { memo, useDeferredValue, useMemo, useState } from 'react';
import { nameOf, type Account, type Capability } from '../api/accounts';
import { Preview, type Picture, type Said } from '../post/Preview';
import { Tabs } from '../ui/Tabs';
import { useUploads, type Upload } from '../upload/uploads';
import { Glyph, labelOf } from '../ui/Glyph';
import type { KnownAccounts } from './Composer';
import classes from './Look.module.css';
import { Request, type Asked } from './Request';
import { canReply, counted, countedText, filesFor, fits, textFor, type Attached, type Writing } from './writing';

interface Props {
  writing: Writing;
  accounts: Account[];
  able: KnownAccounts['able'];
  request: Asked;
}

const NARROW = 'socialclaw-preview-narrow';

export function Look({ writing, accounts, able, request }: Props) {
  const [tab, setTab] = useState('look');
  const [narrow, setNarrow] = useState(() => localStorage.getItem(NARROW) !== 'no');
  const shown = useDeferredValue(writing); // typing goes first
  return (
    <section className={classes.side} aria-label="Preview">
      <Tabs
        label="Preview and request"
        chosen={tab}
        choose={setTab}
        tabs={[
          ['look', 'How it will look'],
          ['json', 'JSON'],
        ]}
      >
        {tab === 'json' ? (
          <Request {...request} />
        ) : (
          <>
            <Switch
              className={classes.narrow}
              label="Phone width"
              checked={narrow}
              onChange={(event) => {
                setNarrow(event.currentTarget.checked);
                localStorage.setItem(NARROW, event.currentTarget.checked ? 'yes' : 'no');
              }}
            />
            <Previews writing={shown} accounts={accounts} able={able} narrow={narrow} />
          </>
        )}
      </Tabs>
    </section>
  );
}

const Previews = memo(function Previews({ writing, accounts, able, narrow }: Pick<Props, 'writing' | 'accounts' | 'able'> & { narrow: boolean }) {
  return (
    <div className={classes.list} data-narrow={narrow || undefined}>
      {accounts.map((one) => (
        <OnAccount key={one.id} account={one} writing={writing} able={able.get(one.id)} narrow={narrow} />
      ))}
      {!accounts.length && <p className={classes.none}>Choose an account, and its post appears here.</p>}
    </div>
  );
});

const OnAccount = memo(function OnAccount({ account, writing, able, narrow }: { account: Account; writing: Writing; able: Capability | undefined; narrow: boolean }) {
  const uploads = useUploads();
  const said = useMemo<Said>(
    () => ({
      title: able?.input?.text.title.supported ? writing.title : undefined,
      text: textFor(writing, account.id),
      fits: fits(textFor(writing, account.id), counted(writing, account.id, able)),
      pictures: filesFor(writing.files, account.id).map((file) => picture(file, uploads)),
    }),
    [writing, account.id, able, uploads],
  );
  const replies = canReply(able)
    ? writing.replies.map((reply): Said => ({
        text: reply.text,
        fits: fits(reply.text, countedText(reply.text, reply.files.length > 0, able)),
        pictures: reply.files.map((file) => picture(file, uploads)),
      }))
    : [];
  return (
    <div>
      <h2 className={classes.whose}>
        <Glyph provider={account.provider} size={16} /> {labelOf(account.provider)} <span>{nameOf(account)}</span>
      </h2>
      <Preview provider={account.provider} name={nameOf(account)} handle={account.handle.replace(/^[a-z_]+:/, '')} said={said} replies={replies} narrow={narrow} />
    </div>
  );
});

const picture = (file: Attached, uploads: ReadonlyMap<string, Upload>): Picture => ({
  id: file.id,
  url: file.preview ?? uploads.get(file.id)?.picture ?? null,
  kind: file.kind,
  alt: file.alt,
  width: file.width,
  height: file.height,
});
