import { Paper, Stack, Text, Title } from '@mantine/core';
import { usePageTitle } from '../shell/page-title';
import { CreateOrganisationForm } from './create-organisation-form';

export function CreateOrganisationPage() {
  usePageTitle('Create organisation');
  return (
    <Stack gap="lg" maw={560}>
      <div>
        <Title order={1}>Create an organisation</Title>
        <Text c="dimmed" mt={4}>
          With apps, people and limits of its own. You will be its owner.
        </Text>
      </div>
      <Paper withBorder p="lg">
        <CreateOrganisationForm />
      </Paper>
    </Stack>
  );
}
