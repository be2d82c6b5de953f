// What one had begun and not sent: offered while nothing is written yet.
import { useQuery } from '@tanstack/react-query';
import { PenLine } from 'lucide-react';
import { Link } from 'wouter';
import { draftsOf } from '../api/drafts';
import { useWorkspace } from '../app/session';
import { counted } from '../lib/say';
import classes from './Form.module.css';
import { unsaved } from './kept';

export function Unfinished({ id, shown }: { id: string; shown: boolean }) {
  const workspace = useWorkspace();
  const { data: drafts = [] } = useQuery({ ...draftsOf(workspace.id), enabled: shown });
  if (!shown) return null;
  const here = unsaved(workspace.id).map(({ id: one, copy }) => ({ id: one, text: copy.writing.text }));
  const others = [...here, ...drafts.filter((one) => !here.some((other) => other.id === one.id))].filter((one) => one.id !== id);
  const [last] = others;
  if (!last) return null;
  return (
    <p className={classes.unfinished}>
      <PenLine size={15} aria-hidden />
      <span>
        You had begun <Link href={`/w/${workspace.slug}/compose/${last.id}`}>{last.text ? `“${last.text.slice(0, 60)}”` : 'a post without a text'}</Link>
      </span>
      {others.length > 1 && <Link href={`/w/${workspace.slug}/drafts`}>{counted(others.length, 'draft')}</Link>}
    </p>
  );
}
