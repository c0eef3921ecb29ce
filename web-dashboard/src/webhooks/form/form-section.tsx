import { Paper, Stack, Title } from '@mantine/core';
import { useId, type ReactNode } from 'react';

export function FormSection({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <Paper withBorder p="lg" component="section" aria-labelledby={id}>
      <Title order={2} id={id}>
        {title}
      </Title>
      <Stack gap="lg" mt="md">
        {children}
      </Stack>
    </Paper>
  );
}
