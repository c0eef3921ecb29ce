import { Alert, Text } from '@mantine/core';
import { IconBan } from '@tabler/icons-react';

/** Over every page of an organisation whose apps take nothing. */
export function SuspensionNotice({ reason }: { reason: string }) {
  return (
    <Alert color="red" mb="lg" icon={<IconBan aria-hidden />} title="This organisation is suspended">
      <Text fz="sm" style={{ overflowWrap: 'anywhere' }}>
        {reason}
      </Text>
      <Text fz="sm" mt={4}>
        Its apps take no connections and no requests until the operator resumes it. Nothing is deleted, and you can look
        at everything.
      </Text>
    </Alert>
  );
}
