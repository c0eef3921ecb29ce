import { Paper, Stack, Text, Title } from '@mantine/core';
import { useId, type ReactNode } from 'react';
import classes from './settings.module.css';

interface SettingCardProps {
  title: string;
  explanation: string;
  /** What happens on a change, and when. */
  effect?: string;
  danger?: boolean;
  children: ReactNode;
}

export function SettingCard({ title, explanation, effect, danger = false, children }: SettingCardProps) {
  const id = useId();
  return (
    <Paper withBorder p="lg" component="section" aria-labelledby={id} className={danger ? classes.danger : undefined}>
      <Title order={2} id={id}>
        {title}
      </Title>
      <Text fz="sm" c="dimmed" mt={2}>
        {explanation}
      </Text>
      <Stack gap="sm" mt="md">
        {children}
        {effect !== undefined && (
          <Text fz="xs" c="dimmed">
            {effect}
          </Text>
        )}
      </Stack>
    </Paper>
  );
}
