import { Menu, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconPlus, IconSwitchHorizontal } from '@tabler/icons-react';
import { Link } from 'react-router';
import { enterTenant } from '../api/tenants';
import { useMemberships } from '../api/people-queries';
import { errorMessage } from '../forms/split-error';
import { useChangeTenant } from '../session/use-change-tenant';

/** The other organisations to go to, asked for when the menu opens. */
export function OrganisationItems({ opened }: { opened: boolean }) {
  const memberships = useMemberships(opened);
  const enter = useChangeTenant(enterTenant);
  const onEnter = (tenantId: string) =>
    enter.mutate(tenantId, {
      onError: (error) => notifications.show({ color: 'red', title: 'Not switched', message: errorMessage(error) }),
    });
  const others = memberships.data?.filter(({ is_current }) => !is_current) ?? [];
  return (
    <>
      {others.length > 0 && <Menu.Label>Switch to</Menu.Label>}
      {others.map(({ id, name }) => (
        <Menu.Item
          key={id}
          leftSection={<IconSwitchHorizontal size={16} aria-hidden />}
          onClick={() => onEnter(id)}
          disabled={enter.isPending}
        >
          <Text span fz="sm" truncate display="block" maw={190}>
            {name}
          </Text>
        </Menu.Item>
      ))}
      <Menu.Item component={Link} to="/organisation/new" leftSection={<IconPlus size={16} aria-hidden />}>
        Create organisation
      </Menu.Item>
    </>
  );
}
