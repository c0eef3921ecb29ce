import { Button, Paper, Stack, Text, Title } from '@mantine/core';
import { CreateOrganisationForm } from '../organisation/create-organisation-form';
import { usePageTitle } from '../shell/page-title';
import { useSession } from './use-session';

/** For who belongs nowhere: they left, were removed, or their organisation is gone. */
export function NoOrganisation() {
  usePageTitle('No organisation');
  const session = useSession();
  return (
    <Stack gap="lg" maw={560} mx="auto">
      <div>
        <Title order={1}>You belong to no organisation</Title>
        <Text c="dimmed" mt={4}>
          Apps belong to organisations. Create one of your own, or wait for an invitation to another.
        </Text>
      </div>
      <Paper withBorder p="lg">
        <Title order={2} mb="sm">
          Create an organisation
        </Title>
        <CreateOrganisationForm />
      </Paper>
      <Paper withBorder p="lg">
        <Title order={2}>Wait for an invitation</Title>
        <Text fz="sm" mt={4} mb="sm">
          Ask an owner or admin to invite <strong>{session.data?.user.email}</strong>. The link in the mail brings you
          there.
        </Text>
        <Button variant="default" loading={session.isFetching} onClick={() => void session.refetch()}>
          Look again
        </Button>
      </Paper>
    </Stack>
  );
}
