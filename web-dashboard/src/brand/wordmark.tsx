import { Group, Text } from '@mantine/core';
import { BellTower } from './bell-tower';

export function Wordmark({ size = 26 }: { size?: number }) {
  return (
    <Group gap={9} wrap="nowrap" c="var(--mantine-color-text)">
      <Text span c="var(--mantine-primary-color-light-color)" display="flex">
        <BellTower size={size} />
      </Text>
      <Text span fw={650} fz={size * 0.68} lts="-0.01em">
        Campanile
      </Text>
    </Group>
  );
}
