import { Button, Group, Stack, Text } from '@mantine/core';
import { IconSend } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { pingAddress } from '../../api/webhooks';
import type { Ping } from '../../api/webhook-types';
import { FormAlert } from '../../feedback/form-alert';
import { errorMessage } from '../../forms/split-error';
import { TestOutcome } from '../http/test-outcome';

interface TestPingProps {
  appId: string;
  /** As the form has it at the moment. */
  ping: Ping;
  /** Custom headers are saved that this page cannot know, so the ping goes without them. */
  lacksHeaders: boolean;
}

/** Tries an address before it is saved. */
export function TestPing({ appId, ping, lacksHeaders }: TestPingProps) {
  const send = useMutation({ mutationFn: (sent: Ping) => pingAddress(appId, sent) });
  return (
    <Stack gap="sm">
      <Group gap="sm">
        <Button
          variant="default"
          leftSection={<IconSend size={16} aria-hidden />}
          loading={send.isPending}
          disabled={ping.url === ''}
          onClick={() => send.mutate(ping)}
        >
          Send test ping
        </Button>
        <Text fz="xs" c="dimmed" flex={1} miw={200}>
          Posts one example event now, signed with a throw-away secret{lacksHeaders && ' and without the saved custom headers'}.
          Nothing is saved.
        </Text>
      </Group>
      <FormAlert message={send.isError ? errorMessage(send.error) : null} />
      {send.data !== undefined && <TestOutcome result={send.data} url={send.variables.url} />}
    </Stack>
  );
}
