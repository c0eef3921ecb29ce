import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useLabelKey } from '../api/key-queries';
import type { AppKey } from '../api/types';
import { Dialog } from '../feedback/dialog';
import { FormAlert } from '../feedback/form-alert';
import { useApiForm } from '../forms/use-api-form';

interface LabelKeyModalProps {
  appId: string;
  appKey: AppKey;
  onClose: () => void;
}

export function LabelKeyModal({ appId, appKey, onClose }: LabelKeyModalProps) {
  const labelKey = useLabelKey(appId, appKey.id);
  const { form, general, pending, onSubmit } = useApiForm({ label: appKey.label }, async ({ label }) => {
    await labelKey.mutateAsync(label.trim());
    onClose();
  });
  return (
    <Dialog opened onClose={onClose} title="Name this key">
      <form onSubmit={onSubmit} noValidate>
        <Stack gap="md">
          <FormAlert message={general} />
          <TextInput
            label="Label"
            description="Tells keys apart, for example by the server that uses it."
            autoComplete="off"
            data-autofocus
            {...form.getInputProps('label')}
          />
          <Group justify="flex-end" gap="sm">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={pending}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
