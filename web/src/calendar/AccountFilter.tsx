import { Button, Menu } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Check, ListFilter } from 'lucide-react';
import { accountsOf, nameOf } from '../api/accounts';
import { useWorkspace } from '../app/session';
import { counted } from '../lib/say';
import { Glyph } from '../ui/Glyph';

export function AccountFilter({ chosen, choose, narrow }: { chosen: string[]; choose: (ids: string[]) => void; narrow: boolean }) {
  const { data: accounts = [] } = useQuery(accountsOf(useWorkspace().id));
  const shown = chosen.length ? counted(chosen.length, 'account') : 'All accounts';
  const toggled = (id: string) => (chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id]);
  return (
    <Menu position="bottom-end" width={280} shadow="md" closeOnItemClick={false}>
      <Menu.Target>
        {narrow ? (
          <Button variant="default" px={9} aria-label={shown}>
            <ListFilter size={16} /> {chosen.length || ''}
          </Button>
        ) : (
          <Button variant="default" leftSection={<ListFilter size={16} />}>
            {shown}
          </Button>
        )}
      </Menu.Target>
      <Menu.Dropdown mah={420} style={{ overflow: 'auto' }}>
        <Menu.Item onClick={() => choose([])} disabled={!chosen.length}>
          All accounts
        </Menu.Item>
        {accounts.map((one) => (
          <Menu.Item
            key={one.id}
            leftSection={<Glyph provider={one.provider} size={18} named />}
            rightSection={chosen.includes(one.id) && <Check size={15} aria-label="shown" />}
            onClick={() => choose(toggled(one.id))}
          >
            {nameOf(one)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
