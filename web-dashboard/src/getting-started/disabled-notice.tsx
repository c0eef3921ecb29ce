import { Alert, Anchor } from '@mantine/core';
import { IconPlugOff } from '@tabler/icons-react';
import { Link } from 'react-router';

export function DisabledNotice({ appId }: { appId: string }) {
  return (
    <Alert color="orange" title="This app is disabled" icon={<IconPlugOff aria-hidden />}>
      Connections and REST calls are refused.{' '}
      <Anchor component={Link} to={`/apps/${appId}/settings`} fz="sm" underline="always">
        Enable it in the settings
      </Anchor>
      .
    </Alert>
  );
}
