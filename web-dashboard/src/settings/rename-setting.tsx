import { Button, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useUpdateApp } from '../api/app-queries';
import type { App } from '../api/types';
import { FormAlert } from '../feedback/form-alert';
import { useApiForm } from '../forms/use-api-form';
import { SettingCard } from './setting-card';
import classes from './settings.module.css';

export function RenameSetting({ app }: { app: App }) {
  const updateApp = useUpdateApp(app.id);
  const { form, general, pending, onSubmit } = useApiForm({ name: app.name }, async ({ name }) => {
    const updated = await updateApp.mutateAsync({ name });
    // The server may have trimmed it.
    form.setValues({ name: updated.name });
    notifications.show({ message: 'The app is renamed.' });
  });
  return (
    <SettingCard
      title="Name"
      explanation="Shown in this dashboard only. The app id and the keys stay the same."
      effect="Takes effect at once; nobody is disconnected."
    >
      <FormAlert message={general} />
      <form onSubmit={onSubmit} noValidate className={classes.inline}>
        <TextInput label="App name" autoComplete="off" {...form.getInputProps('name')} />
        <Button type="submit" loading={pending} disabled={form.getValues().name === app.name} className={classes.beside}>
          Save
        </Button>
      </form>
    </SettingCard>
  );
}
