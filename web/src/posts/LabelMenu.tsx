// One label of those that posts have, or none: what the list is narrowed down to. Not there where nothing has a label.
import { Button, Menu } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Check, Tag } from 'lucide-react';
import { labelsOf } from '../api/posts';
import { useWorkspace } from '../app/session';
import classes from '../ui/AccountMenu.module.css';

export function LabelMenu({ chosen, choose }: { chosen: string | null; choose: (label: string | null) => void }) {
  const { id } = useWorkspace();
  const { data: labels = [] } = useQuery(labelsOf(id));
  if (!labels.length && !chosen) return null;
  return (
    <Menu position="bottom-end" width={240} shadow="md">
      <Menu.Target>
        <Button variant="default" leftSection={<Tag size={15} />}>
          {chosen ?? 'All labels'}
        </Button>
      </Menu.Target>
      <Menu.Dropdown className={classes.list}>
        <Menu.Item onClick={() => choose(null)}>All labels</Menu.Item>
        {labels.map((one) => (
          <Menu.Item
            key={one.label}
            leftSection={<Tag size={14} aria-hidden />}
            rightSection={one.label === chosen ? <Check size={15} aria-label="shown" /> : <small>{one.posts.toLocaleString()}</small>}
            onClick={() => choose(one.label)}
          >
            {one.label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
