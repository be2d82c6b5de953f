// What each account gets, as it will be read there: its text, how long that is, and what is wrong with it.
import { TriangleAlert } from 'lucide-react';
import { nameOf, type Account, type Capability } from '../api/accounts';
import { Glyph, labelOf } from '../ui/Glyph';
import classes from './Reading.module.css';
import type { Issue } from './sending';
import { counted, textFor, type Writing } from './writing';

interface Props {
  writing: Writing;
  accounts: Account[];
  able: Map<string, Capability>;
  issues: Issue[];
  show: (account: string) => void;
}

export function Reading({ writing, accounts, able, issues, show }: Props) {
  return (
    <section className={classes.list} aria-label="What each account gets">
      <h2>What each account gets</h2>
      {accounts.map((account) => {
        const count = counted(writing, account.id, able.get(account.id));
        const text = textFor(writing, account.id);
        return (
          <article key={account.id} className={classes.card}>
            <header>
              <Glyph provider={account.provider} size={22} />
              <strong>{nameOf(account)}</strong>
              <span className={classes.count} data-over={(count.most !== null && count.length > count.most) || undefined}>
                {count.most === null ? count.length : `${count.length}/${count.most}`}
              </span>
            </header>
            {writing.title && able.get(account.id)?.input?.text.title.supported && <h3>{writing.title}</h3>}
            <p>{text || <em>No text</em>}</p>
            {writing.files.length > 0 && (
              <div className={classes.files}>
                {writing.files.map((file) => (file.preview ? <img key={file.id} src={file.preview} alt={file.alt} /> : <span key={file.id}>{file.name}</span>))}
              </div>
            )}
            {issues
              .filter((issue) => issue.account === account.id)
              .map((issue) => (
                <button key={issue.field + issue.message} type="button" className={classes.issue} data-error={issue.error || undefined} onClick={() => show(account.id)}>
                  <TriangleAlert size={14} aria-hidden />
                  <span>
                    <span className="visually-hidden">{labelOf(account.provider)}: </span>
                    {issue.message}
                  </span>
                </button>
              ))}
          </article>
        );
      })}
      {!accounts.length && <p className={classes.none}>Choose an account above.</p>}
    </section>
  );
}
