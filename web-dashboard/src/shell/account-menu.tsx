import { Avatar, Button, Menu, Text, VisuallyHidden } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconChevronDown, IconLogout, IconServerCog, IconUserCircle, IconUsersGroup } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'react-router';
import type { Session } from '../api/types';
import { errorMessage } from '../forms/split-error';
import { useLogOut } from '../session/use-session';
import { OrganisationItems } from './organisation-items';
import classes from './shell.module.css';

export function AccountMenu({ session }: { session: Session }) {
  const [opened, setOpened] = useState(false);
  const logOut = useLogOut();
  const onLogOut = () =>
    logOut.mutate(undefined, {
      onError: (error) => notifications.show({ color: 'red', title: 'Not logged out', message: errorMessage(error) }),
    });
  const name = session.tenant?.name ?? session.user.email;

  return (
    <Menu position="bottom-end" width={270} shadow="md" opened={opened} onChange={setOpened}>
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          px={8}
          className={classes.account}
          rightSection={<IconChevronDown size={14} aria-hidden />}
        >
          <Avatar size={26} radius="xl" color="verdigris" mr={8} aria-hidden>
            {Array.from(name)[0]?.toUpperCase()}
          </Avatar>
          <VisuallyHidden>Account of {session.user.email} </VisuallyHidden>
          <Text span fz="sm" fw={500} truncate className={classes.tenant}>
            {name}
          </Text>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {session.tenant && (
          <>
            <Menu.Label>
              <Text fz="sm" fw={600} c="var(--mantine-color-text)" truncate>
                {session.tenant.name}
              </Text>
            </Menu.Label>
            <Menu.Item component={Link} to="/organisation" leftSection={<IconUsersGroup size={16} aria-hidden />}>
              Team and organisation
            </Menu.Item>
            <Menu.Divider />
          </>
        )}
        <OrganisationItems opened={opened} />
        <Menu.Divider />
        <Menu.Label>
          <Text fz="xs" truncate>
            {session.user.email}
          </Text>
        </Menu.Label>
        <Menu.Item component={Link} to="/account" leftSection={<IconUserCircle size={16} aria-hidden />}>
          Your account
        </Menu.Item>
        {session.user.is_operator && (
          <Menu.Item component={Link} to="/operator" leftSection={<IconServerCog size={16} aria-hidden />}>
            Installation
          </Menu.Item>
        )}
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={onLogOut} disabled={logOut.isPending}>
          Log out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
