// One account of all, or all of them: what a list or a chart is narrowed down to.
import { Button, Menu } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Check, ListFilter } from 'lucide-react';
import { accountsOf, nameOf } from '../api/accounts';
import { useWorkspace } from '../app/session';
import classes from './AccountMenu.module.css';
import { Glyph } from './Glyph';

export function AccountMenu({ chosen, choose }: { chosen: string | null; choose: (id: string | null) => void }) {
  const { data: accounts = [] } = useQuery(accountsOf(useWorkspace().id));
  const found = accounts.find((one) => one.id === chosen);
  return (
    <Menu position="bottom-end" width={260} shadow="md">
      <Menu.Target>
        <Button variant="default" leftSection={<ListFilter size={16} />}>
          {found ? nameOf(found) : 'All accounts'}
        </Button>
      </Menu.Target>
      <Menu.Dropdown className={classes.list}>
        <Menu.Item onClick={() => choose(null)}>All accounts</Menu.Item>
        {accounts.map((one) => (
          <Menu.Item
            key={one.id}
            leftSection={<Glyph provider={one.provider} size={18} named />}
            rightSection={one.id === chosen && <Check size={15} aria-label="shown" />}
            onClick={() => choose(one.id)}
          >
            {nameOf(one)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
