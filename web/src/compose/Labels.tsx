// Labels are chosen among those that posts have, or made by typing. What can be none is not taken, as the API would not take it.
import { TagsInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Tag } from 'lucide-react';
import { labelsOf } from '../api/posts';
import { useWorkspace } from '../app/session';
import classes from './Labelled.module.css';

const [MOST, LONGEST] = [20, 50];
const NONE_OF = /["\\]/g;

/** As labels are kept: in lower case, with single spaces. */
const plain = (text: string) => text.replaceAll(NONE_OF, '').trim().replace(/\s+/g, ' ').toLowerCase().slice(0, LONGEST);

export function Labels({ labels, focus, change }: { labels: string[]; focus: boolean; change: (labels: string[]) => void }) {
  const { id } = useWorkspace();
  const { data: known = [] } = useQuery(labelsOf(id));
  return (
    <TagsInput
      className={classes.field}
      aria-label="Labels"
      placeholder={labels.length ? undefined : 'Choose labels, or type one and press Enter'}
      leftSection={<Tag size={15} />}
      value={labels}
      onChange={(next) => change([...new Set(next.map(plain).filter(Boolean))])}
      data={known.map((one) => one.label)}
      splitChars={[',']}
      maxTags={MOST}
      acceptValueOnBlur
      autoFocus={focus}
      comboboxProps={{ transitionProps: { duration: 0 } }}
    />
  );
}
