import { Alert, Text } from '@mantine/core';
import { IconBan } from '@tabler/icons-react';
import { When } from '../format/when';
import classes from './operator.module.css';

export function SuspensionAlert({ at, reason }: { at: string; reason: string }) {
  return (
    <Alert color="red" icon={<IconBan aria-hidden />} title="Its apps take nothing">
      <Text fz="sm" className={classes.foreign}>
        {reason}
      </Text>
      <Text fz="xs" c="dimmed" mt={4}>
        Since <When at={at} />
      </Text>
    </Alert>
  );
}
