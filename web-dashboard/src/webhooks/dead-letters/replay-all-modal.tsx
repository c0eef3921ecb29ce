import { Button, Group, Stack, Text } from '@mantine/core';
import type { EndpointRef } from '../../api/deliveries';
import { useReplayAllDeadLetters } from '../../api/delivery-queries';
import { Dialog } from '../../feedback/dialog';
import { FormAlert } from '../../feedback/form-alert';
import { errorMessage } from '../../forms/split-error';
import { count } from '../../format/count';
import { ReplayQueued } from '../deliveries/replay-queued';

interface ReplayAllProps {
  endpoint: EndpointRef;
  deadLetters: number;
  onClose: () => void;
}

export function ReplayAllModal({ opened, ...props }: ReplayAllProps & { opened: boolean }) {
  return (
    <Dialog opened={opened} onClose={props.onClose} title="Replay all dead letters?">
      <ReplayAll {...props} />
    </Dialog>
  );
}

function ReplayAll({ endpoint, deadLetters, onClose }: ReplayAllProps) {
  const replay = useReplayAllDeadLetters(endpoint);
  if (replay.data !== undefined) return <ReplayQueued answer={replay.data} onClose={onClose} />;
  return (
    <Stack gap="md">
      <Text fz="sm">
        {count(deadLetters, 'dead letter')} will be sent again, one at a time and oldest first, beside what is new. One
        that fails for another 72 hours comes back here.
      </Text>
      <FormAlert message={replay.isError ? errorMessage(replay.error) : null} />
      <Group justify="flex-end" gap="sm">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button loading={replay.isPending} onClick={() => replay.mutate()}>
          Queue replays
        </Button>
      </Group>
    </Stack>
  );
}
