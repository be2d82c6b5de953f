// Connecting an account, step by step: which network, what it takes and asks for, then its consent page, or a form where it has none. What was
// found is shown where one comes back: see app/Returned.
import { Button, Modal, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { ArrowLeft, ExternalLink } from 'lucide-react';
import { useState } from 'react';
import { nameOf, type Account } from '../api/accounts';
import { Problem } from '../api/client';
import { connect } from '../app/connecting';
import { useWorkspace } from '../app/session';
import { counted, listed } from '../lib/say';
import { Glyph, labelOf } from '../ui/Glyph';
import { Failure, Notice } from '../ui/Notice';
import { tell } from '../ui/toasts';
import classes from './Connect.module.css';
import { FORMS, KEYS, NETWORKS } from './networks';

interface Props {
  chosen: string; // a provider, or '' where it is still to be chosen
  accounts: Account[];
  choose: (provider: string | null) => void;
}

export function Connect({ chosen, accounts, choose }: Props) {
  const known = NETWORKS[chosen] !== undefined;
  const title = known ? `Connect ${labelOf(chosen)}` : 'Which network?';
  return (
    <Modal opened onClose={() => choose(null)} title={title} size="lg" lockScroll={false} closeButtonProps={{ 'aria-label': 'Close' }}>
      {known ? (
        <One key={chosen} provider={chosen} back={() => choose('')} close={() => choose(null)} />
      ) : (
        <ul className={classes.grid}>
          {KEYS.map((one) => {
            const count = accounts.filter((account) => account.provider === one && account.status !== 'disconnected').length;
            return (
              <li key={one}>
                <button type="button" className={classes.network} onClick={() => choose(one)}>
                  <Glyph provider={one} size={28} />
                  <span>
                    {labelOf(one)}
                    <small>{count ? counted(count, 'account') : 'not connected'}</small>
                  </span>
                </button>
              </li>
            );
          })}
        </ul>
      )}
    </Modal>
  );
}

function One({ provider, back, close }: { provider: string; back: () => void; close: () => void }) {
  const { id, test } = useWorkspace();
  const cache = useQueryClient();
  const [typed, setTyped] = useState<Record<string, string>>({});
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const fields = FORMS[provider] ?? [];
  const { takes, asks } = NETWORKS[provider]!;
  const start = async () => {
    setBusy(true);
    setError(null);
    try {
      const made = await connect(provider, { again: false, values: typed });
      if (made === null) return; // on the way to the network
      void cache.invalidateQueries({ queryKey: ['accounts', id] });
      tell(`Connected: ${listed(made.map(nameOf))}`);
      close();
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  const wrong = (name: string) => (error instanceof Problem ? error.issues.find((issue) => issue.path === name)?.message : undefined);
  const placed = fields.some(([name]) => wrong(name));
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        void start();
      }}
    >
      <p>
        <strong>What it takes.</strong> {takes}.
      </p>
      {asks.length > 0 && (
        <div>
          <p>
            <strong>{labelOf(provider)} will ask you</strong> whether we may
          </p>
          <ul className={classes.asks}>
            {asks.map((one) => (
              <li key={one}>{one}</li>
            ))}
          </ul>
        </div>
      )}
      {test && <Notice>This is a test workspace: it is the simulated {labelOf(provider)} that asks.</Notice>}
      {fields.map(([name, label, hint]) => (
        <TextInput
          key={name}
          label={label}
          description={hint}
          required
          autoComplete="off"
          error={wrong(name)}
          value={typed[name] ?? ''}
          onChange={(event) => setTyped({ ...typed, [name]: event.currentTarget.value })}
        />
      ))}
      {error != null && !placed && (error instanceof Problem && error.code === 'provider_not_configured' ? <NotConfigured problem={error} provider={provider} /> : <Failure error={error} />)}
      <div className={classes.acts}>
        <Button type="submit" loading={busy} rightSection={fields.length ? undefined : <ExternalLink size={15} />}>
          {fields.length ? `Connect ${labelOf(provider)}` : `Go on to ${labelOf(provider)}`}
        </Button>
        <Button variant="subtle" color="gray" leftSection={<ArrowLeft size={15} />} onClick={back}>
          Another network
        </Button>
      </div>
    </form>
  );
}

/** For the world, a network wants a developer app of whoever runs the server. */
function NotConfigured({ problem, provider }: { problem: Problem; provider: string }) {
  const names = Array.isArray(problem.details.settings) ? (problem.details.settings as string[]) : [];
  return (
    <Notice tone="warn">
      <p>
        {labelOf(provider)} wants a developer app of whoever runs this server. They register one there, with the address to return to, and set:
      </p>
      <pre className={classes.settings} tabIndex={0}>
        {names.map((name) => `${name}=…`).join('\n') || problem.message}
      </pre>
    </Notice>
  );
}
