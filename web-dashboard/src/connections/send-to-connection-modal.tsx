import { Autocomplete, Button, Group, Stack } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useConnection, useSendToConnection } from '../api/insight-queries';
import { EventFields, eventFaults } from '../event-creator/event-fields';
import { Dialog } from '../feedback/dialog';
import { FormAlert } from '../feedback/form-alert';
import { useApiForm } from '../forms/use-api-form';

interface SendToConnectionModalProps {
  appId: string;
  socketId: string;
  opened: boolean;
  onClose: () => void;
}

export function SendToConnectionModal({ opened, onClose, ...connection }: SendToConnectionModalProps) {
  return (
    <Dialog opened={opened} onClose={onClose} title="Send an event to this connection" size="lg">
      <SendForm {...connection} onDone={onClose} />
    </Dialog>
  );
}

type SendFormProps = Pick<SendToConnectionModalProps, 'appId' | 'socketId'> & { onDone: () => void };

/** Apart from the dialog, so that each opening starts anew. */
function SendForm({ appId, socketId, onDone }: SendFormProps) {
  const send = useSendToConnection(appId, socketId);
  const connection = useConnection(appId, socketId);
  const { form, general, pending, onSubmit } = useApiForm(
    { channel: '', name: '', data: '{\n  "message": "hello"\n}' },
    async ({ channel, name, data }) => {
      const said = channel.trim();
      await send.mutateAsync({ ...(said !== '' && { channel: said }), name: name.trim(), data });
      notifications.show({ message: `Sent to connection ${socketId}.` });
      onDone();
    },
    eventFaults,
  );
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack gap="md">
        <Autocomplete
          label="Channel"
          description="The one it is said to come from; the connection must be subscribed to it. None: an event of no channel."
          data={connection.data?.subscriptions_page.map(({ channel }) => channel) ?? []}
          autoComplete="off"
          {...form.getInputProps('channel')}
        />
        <EventFields form={form} />
        <FormAlert message={general} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onDone}>
            Cancel
          </Button>
          <Button type="submit" loading={pending}>
            Send
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
