import { Badge, Button, Group } from '@mantine/core';
import { useState } from 'react';
import { SettingCard } from '../settings/setting-card';
import { DisableFactorModal } from './disable-factor-modal';
import { EnrolModal } from './enrol-modal';

export function SecondFactorCard({ isEnabled }: { isEnabled: boolean }) {
  const [dialog, setDialog] = useState<'enrol' | 'disable' | null>(null);
  const close = () => setDialog(null);
  return (
    <SettingCard
      title="Second factor"
      explanation="Logging in then takes a code of an authenticator app besides the password: a stolen password alone opens nothing."
    >
      <Group>
        <Badge variant="light" color={isEnabled ? 'verdigris' : 'gray'}>
          {isEnabled ? 'Enabled' : 'Not enabled'}
        </Badge>
        {isEnabled ? (
          <Button variant="default" size="xs" onClick={() => setDialog('disable')}>
            Disable
          </Button>
        ) : (
          <Button size="xs" onClick={() => setDialog('enrol')}>
            Set up
          </Button>
        )}
      </Group>
      {/* Apart from the state: it turns to enabled while the dialog still shows the recovery codes. */}
      {dialog === 'enrol' && <EnrolModal onClose={close} />}
      {dialog === 'disable' && <DisableFactorModal onClose={close} />}
    </SettingCard>
  );
}
