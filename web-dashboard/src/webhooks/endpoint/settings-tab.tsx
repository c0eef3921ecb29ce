import { Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useUpdateWebhook } from '../../api/webhook-queries';
import { OnlyWith } from '../../feedback/only-with';
import { count } from '../../format/count';
import { usePageTitle } from '../../shell/page-title';
import { EndpointForm } from '../form/endpoint-form';
import { changesOf, valuesOf } from '../form/form-values';
import { useEndpointForm } from '../form/use-endpoint-form';
import { titleOf } from './title';
import { useCurrentWebhook } from './webhook-layout';

export function SettingsTab() {
  const { endpoint, webhook } = useCurrentWebhook();
  usePageTitle('Settings', titleOf(webhook));
  const updateWebhook = useUpdateWebhook(endpoint);
  // Not what the polls bring: that must not touch what is being typed.
  const [saved, setSaved] = useState(webhook);
  const initial = valuesOf(saved);
  const state = useEndpointForm(initial, async (values) => {
    const updated = await updateWebhook.mutateAsync(changesOf(values, initial));
    setSaved(updated);
    state.form.setValues(valuesOf(updated));
    notifications.show({ message: 'The endpoint is saved.' });
  });
  const isChanged = Object.keys(changesOf(state.form.getValues(), initial)).length > 0;

  return (
    <div style={{ maxWidth: 820 }}>
      <OnlyWith right="manageWebhooks" what="changing endpoints">
        <EndpointForm appId={endpoint.appId} webhook={saved} state={state}>
          <Group justify="space-between" gap="sm">
            <Text fz="xs" c="dimmed" maw={480}>
              It has {count(saved.lanes, 'lane')}, fixed when it was made. A batch that is being tried again stays as it
              was.
            </Text>
            <Button type="submit" loading={state.pending} disabled={!isChanged}>
              Save changes
            </Button>
          </Group>
        </EndpointForm>
      </OnlyWith>
    </div>
  );
}
