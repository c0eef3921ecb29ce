import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ReplayAnswer } from '../../api/delivery-types';
import { count } from '../../format/count';

/** How many were queued. */
export function ReplayQueued({ answer, onClose }: { answer: ReplayAnswer; onClose: () => void }) {
  return (
    <Stack gap="md">
      <Text role="status">{queuedText(answer.deliveries)}</Text>
      {answer.is_truncated === true && (
        <Alert color="orange" icon={<IconAlertTriangle aria-hidden />}>
          There are more: only the oldest are queued. Replay again when these are through.
        </Alert>
      )}
      <Group justify="flex-end">
        <Button onClick={onClose}>Done</Button>
      </Group>
    </Stack>
  );
}

function queuedText(deliveries: number): string {
  if (deliveries === 0) return 'Nothing matched: no delivery is queued.';
  return `${count(deliveries, 'delivery', 'deliveries')} ${deliveries === 1 ? 'is' : 'are'} queued for replay.`;
}
