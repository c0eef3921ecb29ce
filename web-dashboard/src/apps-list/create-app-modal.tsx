import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useNavigate } from 'react-router';
import { useCreateApp } from '../api/app-queries';
import { Dialog } from '../feedback/dialog';
import { FormAlert } from '../feedback/form-alert';
import { useApiForm } from '../forms/use-api-form';
import { usePageTitle } from '../shell/page-title';

/** The route /apps/new, drawn over the list. */
export function CreateAppModal() {
  usePageTitle('Create app');
  const navigate = useNavigate();
  const createApp = useCreateApp();
  const { form, general, pending, onSubmit } = useApiForm({ name: '' }, async ({ name }) => {
    const app = await createApp.mutateAsync(name);
    await navigate(`/apps/${app.id}`, { replace: true });
  });
  const close = () => void navigate('/apps');

  return (
    <Dialog opened onClose={close} title="Create app">
      <form onSubmit={onSubmit} noValidate>
        <Stack gap="md">
          <FormAlert message={general} />
          <TextInput
            label="Name"
            description="For people only. You can change it at any time."
            data-autofocus
            autoComplete="off"
            {...form.getInputProps('name')}
          />
          <Group justify="flex-end" gap="sm">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button type="submit" loading={pending}>
              Create app
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
