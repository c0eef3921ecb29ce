import { Button, Text } from '@mantine/core';
import { IconBell } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { sendEvent } from '../api/apps';
import { count } from '../format/count';
import { errorMessage } from '../forms/split-error';
import { holdersOf, useMay } from '../session/rights';
import { CHANNEL, EVENT } from '../snippets/connection';

const NOT_YOURS = `Sending takes ${holdersOf('sendEvents')}.`;

export function SendTestEvent({ appId }: { appId: string }) {
  const may = useMay('sendEvents');
  const send = useMutation({
    mutationFn: () =>
      sendEvent(appId, { channel: CHANNEL, name: EVENT, data: { message: 'hello from the dashboard' } }),
  });
  const failed = send.isError;
  return (
    <>
      <Button
        fullWidth
        variant="light"
        leftSection={<IconBell size={17} aria-hidden />}
        loading={send.isPending}
        disabled={!may}
        onClick={() => send.mutate()}
      >
        Send a test event
      </Button>
      <Text fz="sm" mt={8} mih={21} c={failed ? 'var(--mantine-color-error)' : 'dimmed'} aria-live="polite" data-testid="live-sent">
        {failed ? errorMessage(send.error) : may ? resultText(send.data?.subscribers) : NOT_YOURS}
      </Text>
    </>
  );
}

function resultText(subscribers: number | undefined): string {
  if (subscribers === undefined) return `Sends ${EVENT} to ${CHANNEL}.`;
  if (subscribers === 0) return `Reached 0 subscribers: nobody is subscribed to ${CHANNEL} right now.`;
  return `Reached ${count(subscribers, 'subscriber')}.`;
}
