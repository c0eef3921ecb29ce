import { Alert, Anchor, Stack, Text, Title } from '@mantine/core';
import { IconLock, IconShieldExclamation } from '@tabler/icons-react';
import { Link, Outlet } from 'react-router';
import { SectionLinks } from '../app-page/section-links';
import { EmptyState } from '../feedback/empty-state';
import { useSession } from '../session/use-session';

const SECTIONS = [
  { to: '/operator/tenants', label: 'Organisations' },
  { to: '/operator/neighbours', label: 'Neighbours' },
  { to: '/operator/nodes', label: 'Nodes' },
  { to: '/operator/queues', label: 'Queues' },
  { to: '/operator/log', label: 'Log' },
];

/** The installation itself, for those who look after it. */
export function OperatorLayout() {
  const user = useSession().data?.user;
  if (!user?.is_operator) {
    return (
      <EmptyState icon={<IconLock size={26} />} title="This is for operators">
        Operators look after the whole installation. Its command line makes one: <code>campanile operator grant</code>.
      </EmptyState>
    );
  }
  return (
    <Stack gap="lg">
      <div>
        <Text c="dimmed" fz="sm">
          Operator
        </Text>
        <Title order={1}>Installation</Title>
      </div>
      {!user.has_second_factor && <FactorNotice />}
      <SectionLinks label="Sections of the installation" links={SECTIONS} />
      <Outlet />
    </Stack>
  );
}

function FactorNotice() {
  return (
    <Alert color="orange" icon={<IconShieldExclamation aria-hidden />} title="Your password alone opens this">
      <Text fz="sm">
        Whoever has it can suspend every organisation. Set up a second factor in{' '}
        <Anchor component={Link} to="/account" underline="always" fz="sm">
          your account
        </Anchor>
        ; where the platform is reached over HTTPS, nothing here opens without one that is older than your being an
        operator.
      </Text>
    </Alert>
  );
}
