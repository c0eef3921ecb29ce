import { Stack, Text, Title } from '@mantine/core';
import { useSession } from '../session/use-session';
import { usePageTitle } from '../shell/page-title';
import { NoticesCard } from './notices-card';
import { PasswordCard } from './password-card';
import { SecondFactorCard } from './second-factor-card';
import { SessionsCard } from './sessions-card';

/** What is a person's own, whatever organisation they act for. */
export function AccountPage() {
  usePageTitle('Your account');
  const session = useSession().data;
  if (!session) return null;
  const { user, tenant } = session;
  return (
    <Stack gap="lg" maw={820}>
      <div>
        <Title order={1}>Your account</Title>
        <Text c="dimmed" mt={4} style={{ overflowWrap: 'anywhere' }}>
          {user.email}
          {user.is_verified ? ', verified' : ', not verified'}
        </Text>
      </div>
      <PasswordCard email={user.email} />
      <SecondFactorCard isEnabled={user.has_second_factor} />
      {tenant && <NoticesCard organisation={tenant.name} role={tenant.role} />}
      <SessionsCard />
    </Stack>
  );
}
