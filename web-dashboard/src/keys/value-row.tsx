import { Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './value-row.module.css';

interface ValueRowProps {
  label: string;
  value: string;
  testId?: string;
  /** Controls at the end of the row. */
  children: ReactNode;
}

/** A labelled value in fixed-width type, as for keys and secrets. */
export function ValueRow({ label, value, testId, children }: ValueRowProps) {
  return (
    <div className={classes.row}>
      <Text fz="sm" c="dimmed" className={classes.label}>
        {label}
      </Text>
      <code className={classes.value} data-testid={testId}>
        {value}
      </code>
      <Group gap={2} wrap="nowrap">
        {children}
      </Group>
    </div>
  );
}
