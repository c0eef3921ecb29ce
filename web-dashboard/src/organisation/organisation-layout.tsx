import { Stack, Text, Title } from '@mantine/core';
import { Outlet } from 'react-router';
import { SectionLinks } from '../app-page/section-links';
import { useSession } from '../session/use-session';

const SECTIONS = [
  { to: '/organisation/team', label: 'Team' },
  { to: '/organisation/tokens', label: 'Tokens' },
  { to: '/organisation/usage', label: 'Usage' },
  { to: '/organisation/audit', label: 'Audit log' },
  { to: '/organisation/settings', label: 'Settings' },
];

/** What belongs to the organisation and to no app. */
export function OrganisationLayout() {
  const tenant = useSession().data?.tenant;
  return (
    <Stack gap="lg">
      <div>
        <Text c="dimmed" fz="sm">
          Organisation
        </Text>
        <Title order={1} style={{ overflowWrap: 'anywhere' }}>
          {tenant?.name}
        </Title>
      </div>
      <SectionLinks label="Sections of this organisation" links={SECTIONS} />
      <Outlet />
    </Stack>
  );
}
