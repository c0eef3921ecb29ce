import { Badge } from '@mantine/core';
import classes from './live-panel.module.css';
import type { StreamState } from './live-state';

const LOOKS: Record<StreamState, { label: string; color: string }> = {
  connecting: { label: 'Connecting', color: 'gray' },
  live: { label: 'Live', color: 'verdigris' },
  reconnecting: { label: 'Reconnecting', color: 'orange' },
};

export function StreamBadge({ state }: { state: StreamState }) {
  const { label, color } = LOOKS[state];
  return (
    <Badge
      variant="light"
      color={color}
      role="status"
      data-testid="live-stream"
      leftSection={<span className={classes.pulse} data-state={state} aria-hidden />}
    >
      {label}
    </Badge>
  );
}
