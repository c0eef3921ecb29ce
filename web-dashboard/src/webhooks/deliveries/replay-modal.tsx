import { Button, Group, SegmentedControl, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { EndpointRef } from '../../api/deliveries';
import { useReplayMany } from '../../api/delivery-queries';
import type { ReplayRange } from '../../api/delivery-types';
import { Dialog } from '../../feedback/dialog';
import { FormAlert } from '../../feedback/form-alert';
import { errorMessage } from '../../forms/split-error';
import { ReplayQueued } from './replay-queued';
import { UtcInput } from './utc-input';

interface ReplayFormProps {
  endpoint: EndpointRef;
  /** What the list shows. */
  range: { from?: string; to?: string };
  failingSince: string | null;
  onClose: () => void;
}

export function ReplayModal({ opened, ...props }: ReplayFormProps & { opened: boolean }) {
  return (
    <Dialog opened={opened} onClose={props.onClose} title="Replay many deliveries" size="lg">
      <ReplayForm {...props} />
    </Dialog>
  );
}

const DAY_MS = 86_400_000;

/** Apart from the dialog, so that each opening starts anew. */
function ReplayForm({ endpoint, range, failingSince, onClose }: ReplayFormProps) {
  const replay = useReplayMany(endpoint);
  const [mode, setMode] = useState<'failed' | 'range'>('failed');
  const [since, setSince] = useState<string | undefined>(range.from ?? failingSince ?? new Date(Date.now() - DAY_MS).toISOString());
  const [from, setFrom] = useState(range.from);
  const [to, setTo] = useState(range.to);
  const chosen = chosenRange(mode, since, from, to);

  if (replay.data !== undefined) return <ReplayQueued answer={replay.data} onClose={onClose} />;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (chosen !== null) replay.mutate(chosen);
      }}
    >
      <Stack gap="md">
        <SegmentedControl
          aria-label="What to replay"
          value={mode}
          onChange={(value) => setMode(value === 'range' ? 'range' : 'failed')}
          data={[
            { value: 'failed', label: 'Failed since' },
            { value: 'range', label: 'Time range' },
          ]}
        />
        {mode === 'failed' ? (
          <UtcInput label="Failed since (UTC)" value={since} onChange={setSince} />
        ) : (
          <Group grow>
            <UtcInput label="From (UTC)" value={from} onChange={setFrom} />
            <UtcInput label="To (UTC)" value={to} onChange={setTo} />
          </Group>
        )}
        <Text fz="sm" c="dimmed">
          {mode === 'failed'
            ? 'Replays what has not been delivered since then, dead letters included.'
            : 'Replays every delivery of that time, delivered ones too: your server sees their ids again.'}{' '}
          They run one at a time, oldest first, beside what is new. At most 10,000 are queued at once.
        </Text>
        <FormAlert message={replay.isError ? errorMessage(replay.error) : null} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={replay.isPending} disabled={chosen === null}>
            Queue replays
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Null while something is missing. */
function chosenRange(mode: 'failed' | 'range', since?: string, from?: string, to?: string): ReplayRange | null {
  if (mode === 'failed') return since === undefined ? null : { failed_since: since };
  return from === undefined || to === undefined ? null : { from, to };
}
