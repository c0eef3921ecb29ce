import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconCopy } from '@tabler/icons-react';
import { useCopy, type TextSource } from './use-copy';

interface CopyButtonProps {
  /** The text, or a way to get it at the moment of copying. */
  text: TextSource;
  /** What is copied, for example "key"; completes "Copy …". */
  what: string;
  /** What the button says. */
  label?: string;
  /** Icon only, for tight places. */
  compact?: boolean;
}

export function CopyButton({ text, what, label = 'Copy', compact = false }: CopyButtonProps) {
  const { state, copy } = useCopy(text);
  const name = { idle: `Copy ${what}`, busy: `Copying ${what}`, copied: 'Copied', failed: 'Could not copy' }[state];
  const Icon = { idle: IconCopy, busy: IconCopy, copied: IconCheck, failed: IconAlertTriangle }[state];
  const color = { idle: 'gray', busy: 'gray', copied: 'verdigris', failed: 'red' }[state];

  if (compact) {
    return (
      <Tooltip label={name} withArrow>
        <ActionIcon variant="subtle" color={color} size="lg" onClick={copy} loading={state === 'busy'} aria-label={name}>
          <Icon size={18} aria-hidden />
        </ActionIcon>
      </Tooltip>
    );
  }
  return (
    <Button
      variant="default"
      size="xs"
      onClick={copy}
      loading={state === 'busy'}
      leftSection={<Icon size={15} aria-hidden />}
      aria-label={name}
    >
      {state === 'copied' ? 'Copied' : state === 'failed' ? 'Could not copy' : label}
    </Button>
  );
}
