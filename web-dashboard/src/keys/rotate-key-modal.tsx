import { Button, Group, Select, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useRotateKey } from '../api/key-queries';
import type { AppKey } from '../api/types';
import { Dialog } from '../feedback/dialog';
import { FormAlert } from '../feedback/form-alert';
import { errorMessage } from '../forms/split-error';
import { count } from '../format/count';
import { formatUtc } from '../format/time';
import { nameOf } from './key-name';

const HOUR = 3_600;
const OVERLAPS = [
  { value: String(HOUR), label: '1 hour' },
  { value: String(24 * HOUR), label: '24 hours' },
  { value: String(7 * 24 * HOUR), label: '7 days' },
  { value: String(30 * 24 * HOUR), label: '30 days' },
  { value: String(90 * 24 * HOUR), label: '90 days' },
];

interface RotateKeyModalProps {
  appId: string;
  appKey: AppKey;
  onClose: () => void;
}

/** A new key beside the old one, which ends by itself once everybody has had time to move. */
export function RotateKeyModal({ appId, appKey, onClose }: RotateKeyModalProps) {
  const [overlap, setOverlap] = useState(String(24 * HOUR));
  const rotate = useRotateKey(appId, appKey.id);
  const seconds = Number(overlap);
  const start = () =>
    rotate.mutate(seconds, {
      onSuccess: () => {
        notifications.show({ message: 'The new key is there. Move clients and servers over before the old one expires.' });
        onClose();
      },
    });

  return (
    <Dialog opened onClose={onClose} title={`Rotate ${nameOf(appKey)}`}>
      <Stack gap="md">
        <Text fz="sm">
          A new key and secret are made and open the app at once. The old ones go on for as long as you choose here; then
          they open nothing new, and nobody is disconnected.
        </Text>
        <Select
          label="The old key goes on for"
          description={`Until ${formatUtc(new Date(Date.now() + seconds * 1000).toISOString())}`}
          data={OVERLAPS}
          value={overlap}
          onChange={(value) => value !== null && setOverlap(value)}
          allowDeselect={false}
          data-autofocus
        />
        <Text fz="sm" c="dimmed">
          {count(appKey.connections, 'connection')} {appKey.connections === 1 ? 'is' : 'are'} on the old key now. This page
          counts them down.
        </Text>
        <FormAlert message={rotate.isError ? errorMessage(rotate.error) : null} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button loading={rotate.isPending} onClick={start}>
            Rotate key
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
