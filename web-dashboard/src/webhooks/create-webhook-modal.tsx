import { Button, Checkbox, Group, Modal, Stack, Switch, TextInput } from '@mantine/core';
import { WEBHOOK_EVENT_TYPES, type CreatedWebhook } from '../api/types';
import { useCreateWebhook } from '../api/webhook-queries';
import { FormAlert } from '../feedback/form-alert';
import { useApiForm } from '../forms/use-api-form';
import { DEFAULT_EVENT_TYPES, EVENT_TYPE_MEANINGS } from './event-types';

interface CreateWebhookFormProps {
  appId: string;
  onCancel: () => void;
  onCreated: (webhook: CreatedWebhook) => void;
}

interface CreateWebhookModalProps {
  appId: string;
  opened: boolean;
  onClose: () => void;
  onCreated: (webhook: CreatedWebhook) => void;
}

export function CreateWebhookModal({ appId, opened, onClose, onCreated }: CreateWebhookModalProps) {
  return (
    <Modal opened={opened} onClose={onClose} title="Add endpoint" centered size="lg">
      <CreateWebhookForm appId={appId} onCancel={onClose} onCreated={onCreated} />
    </Modal>
  );
}

function CreateWebhookForm({ appId, onCancel, onCreated }: CreateWebhookFormProps) {
  const createWebhook = useCreateWebhook(appId);
  const { form, general, pending, onSubmit } = useApiForm(
    { url: '', event_types: [...DEFAULT_EVENT_TYPES], batching: true },
    async (values) => onCreated(await createWebhook.mutateAsync(values)),
  );
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack gap="md">
        <FormAlert message={general} />
        <TextInput
          label="URL"
          type="url"
          description="An http or https address that this server can reach."
          autoComplete="off"
          data-autofocus
          {...form.getInputProps('url')}
        />
        <Checkbox.Group label="Event types" {...form.getInputProps('event_types')}>
          <Stack gap={10} mt={8} mb={6}>
            {WEBHOOK_EVENT_TYPES.map((type) => (
              <Checkbox key={type} value={type} label={type} description={EVENT_TYPE_MEANINGS[type]} />
            ))}
          </Stack>
        </Checkbox.Group>
        <Switch
          label="Batching"
          description="Collects events for a moment and sends several in one request."
          {...form.getInputProps('batching', { type: 'checkbox' })}
        />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
          <Button type="submit" loading={pending}>
            Add endpoint
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
