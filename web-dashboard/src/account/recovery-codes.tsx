import { Alert, Button, Code, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { CopyButton } from '../clipboard/copy-button';

export function RecoveryCodes({ codes, onDone }: { codes: readonly string[]; onDone: () => void }) {
  return (
    <Stack gap="md">
      <Text fz="sm">
        The second factor is enabled. Each of these codes replaces a code of the authenticator once, should you lose
        it.
      </Text>
      <SimpleGrid cols={2} spacing="xs" component="ul" p={0} m={0} style={{ listStyle: 'none' }} aria-label="Recovery codes">
        {codes.map((code) => (
          <li key={code}>
            <Code fz="sm">{code}</Code>
          </li>
        ))}
      </SimpleGrid>
      <Alert color="orange" icon={<IconAlertTriangle aria-hidden />}>
        They are not shown again. Keep them where the authenticator is not.
      </Alert>
      <Group justify="flex-end" gap="sm">
        <CopyButton text={codes.join('\n')} what="recovery codes" label="Copy all" />
        <Button onClick={onDone}>I have saved them</Button>
      </Group>
    </Stack>
  );
}
