import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useCreateKey } from '../api/app-queries';
import { Dialog } from '../feedback/dialog';
import { FormAlert } from '../feedback/form-alert';
import { useApiForm } from '../forms/use-api-form';

interface CreateKeyModalProps {
  appId: string;
  opened: boolean;
  onClose: () => void;
}

export function CreateKeyModal({ appId, opened, onClose }: CreateKeyModalProps) {
  return (
    <Dialog opened={opened} onClose={onClose} title="Create key">
      <CreateKeyForm appId={appId} onDone={onClose} />
    </Dialog>
  );
}

/** Apart from the dialog, so that each opening starts with an empty form. */
function CreateKeyForm({ appId, onDone }: { appId: string; onDone: () => void }) {
  const createKey = useCreateKey(appId);
  const { form, general, pending, onSubmit } = useApiForm({ label: '' }, async ({ label }) => {
    await createKey.mutateAsync(label.trim());
    onDone();
  });
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack gap="md">
        <FormAlert message={general} />
        <TextInput
          label="Label"
          description="Tells keys apart, for example by the server that uses it. Optional."
          autoComplete="off"
          data-autofocus
          {...form.getInputProps('label')}
        />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onDone}>
            Cancel
          </Button>
          <Button type="submit" loading={pending}>
            Create key
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
