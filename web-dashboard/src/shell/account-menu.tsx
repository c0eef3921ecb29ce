import { Avatar, Button, Menu, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconChevronDown, IconLogout } from '@tabler/icons-react';
import type { Session } from '../api/types';
import { errorMessage } from '../forms/split-error';
import { useLogOut } from '../session/use-session';
import classes from './shell.module.css';

export function AccountMenu({ session }: { session: Session }) {
  const logOut = useLogOut();
  const onLogOut = () =>
    logOut.mutate(undefined, {
      onError: (error) => notifications.show({ color: 'red', title: 'Not logged out', message: errorMessage(error) }),
    });

  return (
    <Menu position="bottom-end" width={250} shadow="md">
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          px={8}
          className={classes.account}
          rightSection={<IconChevronDown size={14} aria-hidden />}
          aria-label={`Account of ${session.user.email}`}
        >
          <Avatar size={26} radius="xl" color="verdigris" mr={8} aria-hidden>
            {Array.from(session.tenant.name)[0]?.toUpperCase()}
          </Avatar>
          <Text span fz="sm" fw={500} truncate className={classes.tenant}>
            {session.tenant.name}
          </Text>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Text fz="sm" fw={600} c="var(--mantine-color-text)" truncate>
            {session.tenant.name}
          </Text>
          <Text fz="xs" truncate>
            {session.user.email}
          </Text>
        </Menu.Label>
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={onLogOut} disabled={logOut.isPending}>
          Log out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
