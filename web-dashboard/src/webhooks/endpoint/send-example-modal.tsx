import { Button, Group, Select, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { EndpointRef } from '../../api/deliveries';
import { WEBHOOK_EVENT_TYPES, type Webhook, type WebhookEventType } from '../../api/webhook-types';
import { sendExample } from '../../api/webhooks';
import { Dialog } from '../../feedback/dialog';
import { FormAlert } from '../../feedback/form-alert';
import { errorMessage } from '../../forms/split-error';
import { EVENT_TYPE_MEANINGS } from '../form/event-types';
import { TestOutcome } from '../http/test-outcome';

interface SendExampleProps {
  endpoint: EndpointRef;
  webhook: Webhook;
}

export function SendExampleModal({ opened, onClose, ...props }: SendExampleProps & { opened: boolean; onClose: () => void }) {
  return (
    <Dialog opened={opened} onClose={onClose} title="Send an example" size="xl">
      <SendExample {...props} />
    </Dialog>
  );
}

/** Apart from the dialog, so that each opening starts without a result. */
function SendExample({ endpoint, webhook }: SendExampleProps) {
  const [type, setType] = useState<WebhookEventType>(webhook.event_types[0] ?? 'channel_occupied');
  const send = useMutation({ mutationFn: () => sendExample(endpoint.appId, endpoint.webhookId, type) });
  return (
    <Stack gap="md">
      <Text fz="sm">
        Posts one made-up event, signed with the endpoint’s own secret and marked with the header{' '}
        <code style={{ whiteSpace: 'nowrap' }}>webhook-test: 1</code>. It does not wait behind other events and is not kept in the log.
      </Text>
      <Group align="flex-end" gap="sm">
        <Select
          label="Event type"
          description={EVENT_TYPE_MEANINGS[type]}
          data={WEBHOOK_EVENT_TYPES}
          value={type}
          onChange={(value) => value !== null && setType(value)}
          allowDeselect={false}
          flex={1}
          miw={220}
        />
        <Button loading={send.isPending} onClick={() => send.mutate()}>
          Send
        </Button>
      </Group>
      <FormAlert message={send.isError ? errorMessage(send.error) : null} />
      {send.data !== undefined && <TestOutcome result={send.data} url={webhook.url} />}
    </Stack>
  );
}
