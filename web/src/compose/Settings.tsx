// The options of a post to one account, drawn from what the API says of them.
import { Select, Switch, TextInput } from '@mantine/core';
import type { Account, Capability } from '../api/accounts';
import { nameOf } from '../api/accounts';
import { Glyph, labelOf } from '../ui/Glyph';
import classes from './Settings.module.css';

type Field = NonNullable<NonNullable<Capability['publishSettings']>['fields']>[number];

interface Props {
  account: Account;
  fields: Field[];
  values: Record<string, unknown>;
  change: (field: string, value: unknown) => void;
  open: boolean;
}

export function Settings({ account, fields, values, change, open }: Props) {
  return (
    <details className={classes.settings} open={open || undefined}>
      <summary>
        <Glyph provider={account.provider} size={18} />
        <strong>Settings for {nameOf(account)}</strong>
        <span>{labelOf(account.provider)}</span>
      </summary>
      <div className={classes.fields}>
        {fields.map((field) => (
          <Setting key={field.id} field={field} value={values[field.id]} change={(value) => change(field.id, value)} />
        ))}
      </div>
    </details>
  );
}

function Setting({ field, value, change }: { field: Field; value: unknown; change: (value: unknown) => void }) {
  const common = { label: words(field.id), description: field.description, required: field.required && field.default == null };
  if (field.type === 'boolean') {
    return (
      <Switch
        label={common.label}
        description={common.description}
        checked={Boolean(value ?? field.default)}
        onChange={(event) => change(event.currentTarget.checked)}
      />
    );
  }
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

/** `privacyLevel` or `PUBLIC_TO_EVERYONE` as words. */
function words(id: string): string {
  const spaced = id.replace(/([a-z])([A-Z])/g, '$1 $2').replaceAll('_', ' ').toLowerCase();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
