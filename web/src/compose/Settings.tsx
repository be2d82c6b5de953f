// The options of a post to one account, drawn from what the API says of them.
import { Select, Switch, TextInput } from '@mantine/core';
import { ChevronDown } from 'lucide-react';
import { memo, useState } from 'react';
import type { Account, Capability } from '../api/accounts';
import { words } from '../lib/say';
import { Glyph } from '../ui/Glyph';
import type { Issue } from './schedule';
import classes from './Settings.module.css';
import type { Change } from './writing';

type Field = NonNullable<NonNullable<Capability['publishSettings']>['fields']>[number];

interface Props {
  account: Account;
  name: string;
  fields: Field[];
  values: Record<string, unknown>;
  issues: Issue[];
  change: (change: Change) => void;
}

export const NONE: Field[] = [];
export const UNSET: Record<string, unknown> = {};

export const asked = (field: Field) => field.required && field.default == null;

/** What one types elsewhere does not draw it anew: there may be many. */
export const Settings = memo(function Settings({ account, name, fields, values, issues: all, change }: Props) {
  const [open, setOpen] = useState(fields.some(asked));
  if (!fields.length) return null;
  const issues = all.filter((issue) => issue.account === account.id);
  const chosen = fields.filter((field) => values[field.id] !== undefined).map((field) => `${words(field.id)}: ${shown(values[field.id])}`);
  const wrong = issues.some((issue) => issue.error && issue.field.startsWith('settings'));
  return (
    <details className={classes.settings} open={open} onToggle={(event) => setOpen(event.currentTarget.open)} data-error={wrong || undefined}>
      <summary>
        <Glyph provider={account.provider} size={18} />
        <strong>Settings for {name}</strong>
        <span>{chosen.length ? chosen.join(' · ') : open ? '' : 'As usual'}</span>
        <ChevronDown size={16} aria-hidden />
      </summary>
      {open && (
        <div className={classes.fields}>
          {fields.map((field) => (
            <Setting
              key={field.id}
              place={`${account.id}-${field.id}`}
              field={field}
              value={values[field.id]}
              error={issues.find((issue) => issue.error && issue.field === `settings.${field.id}`)?.message}
              change={(value) => change({ do: 'set', account: account.id, field: field.id, value })}
            />
          ))}
        </div>
      )}
    </details>
  );
});

const shown = (value: unknown) => (typeof value === 'boolean' ? (value ? 'yes' : 'no') : words(String(value)).toLowerCase());

function Setting({ field, place, value, error, change }: { field: Field; place: string; value: unknown; error?: string; change: (value: unknown) => void }) {
  const label = words(field.id);
  if (field.type === 'boolean') {
    return (
      <Switch
        data-place={place}
        label={label}
        description={field.description}
        error={error}
        checked={Boolean(value ?? field.default)}
        onChange={(event) => change(event.currentTarget.checked)}
      />
    );
  }
  const common = { 'data-place': place, label, description: field.description, required: asked(field), error };
  if (field.options?.length) {
    return (
      <Select
        {...common}
        data={field.options.map((one) => ({ value: String(one), label: words(String(one)) }))}
        value={value === undefined ? null : String(value)}
        placeholder={field.default == null ? 'Choose' : words(String(field.default))}
        onChange={(chosen) => change(field.options?.find((one) => String(one) === chosen))}
        clearable={!common.required}
      />
    );
  }
  const number = field.type === 'number' || field.type === 'integer';
  return (
    <TextInput
      {...common}
      type={number ? 'number' : 'text'}
      placeholder={String(field.example ?? field.default ?? '')}
      value={String(value ?? '')}
      onChange={(event) => {
        const typed = event.currentTarget.value;
        change(number && typed ? Number(typed) : field.type === 'array' ? typed.split(',').map((one) => one.trim()).filter(Boolean) : typed);
      }}
    />
  );
}
