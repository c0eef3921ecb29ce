import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useDisableFactor } from '../api/people-queries';
import { Dialog } from '../feedback/dialog';
import { FormAlert } from '../feedback/form-alert';
import { useApiForm } from '../forms/use-api-form';

export function DisableFactorModal({ onClose }: { onClose: () => void }) {
  const disable = useDisableFactor();
  const { form, general, pending, onSubmit } = useApiForm({ code: '' }, async ({ code }) => {
    await disable.mutateAsync(code.trim());
    notifications.show({ message: 'The second factor is disabled.' });
    onClose();
  });
  return (
    <Dialog opened onClose={onClose} title="Disable the second factor?">
      <form onSubmit={onSubmit} noValidate>
        <Stack gap="md">
          <Text fz="sm">Your password alone will open your account. The recovery codes stop working.</Text>
          <FormAlert message={general} />
          <TextInput
            label="Code"
            description="Six digits, or one of your recovery codes."
            autoComplete="one-time-code"
            data-autofocus
            {...form.getInputProps('code')}
          />
          <Group justify="flex-end" gap="sm">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" color="red" loading={pending}>
              Disable
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
