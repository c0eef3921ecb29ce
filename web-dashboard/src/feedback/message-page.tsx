import { Button, Group, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { basePath } from '../base-path';
import { BellTower } from '../brand/bell-tower';

interface MessagePageProps {
  title: string;
  children: ReactNode;
  /** The address as the router has it. */
  action: { label: string; href: string };
}

/** A page that has only something to say. Plain links: it must work when the app does not. */
export function MessagePage({ title, children, action }: MessagePageProps) {
  return (
    <Stack align="center" gap="sm" ta="center" px="md" pt={{ base: 64, sm: 110 }} pb={80}>
      <Text span c="dimmed" opacity={0.6}>
        <BellTower size={64} />
      </Text>
      <Title order={1}>{title}</Title>
      <Text c="dimmed" maw={440}>
        {children}
      </Text>
      <Group mt="sm">
        <Button component="a" href={basePath + action.href}>
          {action.label}
        </Button>
      </Group>
    </Stack>
  );
}
