import { Button, Group, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { errorMessage } from '../forms/split-error';
import { Dialog } from './dialog';
import { FormAlert } from './form-alert';

interface ConfirmModalProps {
  opened: boolean;
  title: string;
  /** States the impact. */
  children: ReactNode;
  confirmLabel: string;
  pending: boolean;
  error: unknown;
  disabled?: boolean;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks before something that cannot be taken back. */
export function ConfirmModal(props: ConfirmModalProps) {
  const { opened, title, children, confirmLabel, pending, error, disabled = false, onConfirm, onClose } = props;
  return (
    <Dialog opened={opened} onClose={onClose} title={title}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!disabled && !pending) onConfirm();
        }}
      >
        <Stack gap="md">
          {children}
          <FormAlert message={error ? errorMessage(error) : null} />
          <Group justify="flex-end" gap="sm">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" color="red" loading={pending} disabled={disabled}>
              {confirmLabel}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
