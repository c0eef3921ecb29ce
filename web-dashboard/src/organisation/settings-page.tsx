import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useRenameTenant } from '../api/people-queries';
import { FormAlert } from '../feedback/form-alert';
import { useApiForm } from '../forms/use-api-form';
import { holdersOf, useMay } from '../session/rights';
import { useSession } from '../session/use-session';
import { SettingCard } from '../settings/setting-card';
import classes from '../settings/settings.module.css';
import { usePageTitle } from '../shell/page-title';
import { DeleteOrganisationModal } from './delete-organisation-modal';

export function OrganisationSettingsPage() {
  usePageTitle('Organisation settings');
  const tenant = useSession().data?.tenant;
  if (!tenant) return null;
  return (
    <Stack gap="lg" maw={820}>
      <RenameCard name={tenant.name} />
      <DeleteCard name={tenant.name} />
    </Stack>
  );
}

function RenameCard({ name }: { name: string }) {
  const may = useMay('manageTenant');
  const rename = useRenameTenant();
  const { form, general, pending, onSubmit } = useApiForm({ name }, async (values) => {
    const renamed = await rename.mutateAsync(values.name);
    // The server may have trimmed it.
    form.setValues({ name: renamed.name });
    notifications.show({ message: 'The organisation is renamed.' });
  });
  return (
    <SettingCard
      title="Name"
      explanation="Shown in this dashboard and in invitations."
      effect={may ? undefined : `To rename it takes ${holdersOf('manageTenant')}.`}
    >
      <FormAlert message={general} />
      <form onSubmit={onSubmit} noValidate className={classes.inline}>
        <TextInput label="Organisation name" autoComplete="off" disabled={!may} {...form.getInputProps('name')} />
        <Button
          type="submit"
          loading={pending}
          disabled={!may || form.getValues().name === name}
          className={classes.beside}
        >
          Save
        </Button>
      </form>
    </SettingCard>
  );
}

function DeleteCard({ name }: { name: string }) {
  const may = useMay('deleteTenant');
  const [asking, setAsking] = useState(false);
  return (
    <SettingCard
      title="Delete this organisation"
      explanation="Ends it with all its apps, at once: connections are closed, keys, webhooks, tokens and the audit log are deleted. This cannot be undone."
      danger
    >
      {may ? (
        <Group>
          <Button color="red" variant="outline" onClick={() => setAsking(true)}>
            Delete organisation
          </Button>
        </Group>
      ) : (
        <Text fz="sm">That is for an {holdersOf('deleteTenant')} to do.</Text>
      )}
      {asking && <DeleteOrganisationModal name={name} onClose={() => setAsking(false)} />}
    </SettingCard>
  );
}
