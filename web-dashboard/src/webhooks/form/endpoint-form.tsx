import { Stack, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Webhook } from '../../api/webhook-types';
import { FormAlert } from '../../feedback/form-alert';
import { ChannelField } from './channel-field';
import { CustomHeaders } from './custom-headers';
import { DeliveryFields } from './delivery-fields';
import { EventTypeField } from './event-type-field';
import { FormSection } from './form-section';
import { toHeaders } from './header-rows';
import { TestPing } from './test-ping';
import type { useEndpointForm } from './use-endpoint-form';

interface EndpointFormProps {
  appId: string;
  /** Null for one that is to be made. */
  webhook: Webhook | null;
  state: ReturnType<typeof useEndpointForm>;
  /** The buttons. */
  children: ReactNode;
}

/** All that can be decided about an endpoint, to make one and to change one. */
export function EndpointForm({ appId, webhook, state, children }: EndpointFormProps) {
  const { form, general, onSubmit } = state;
  const { url, headers, timeout_ms } = form.getValues();
  const savedNames = webhook?.header_names ?? [];
  const ping = {
    url: url.trim(),
    timeout_ms: Number(timeout_ms),
    ...(headers !== null && { headers: toHeaders(headers) }),
  };

  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack gap="lg">
        <FormSection title="Where to">
          <TextInput
            label="URL"
            type="url"
            description="An http or https address that this server can reach."
            placeholder="https://example.com/webhooks"
            autoComplete="off"
            {...form.getInputProps('url')}
          />
          <TestPing appId={appId} ping={ping} lacksHeaders={headers === null && savedNames.length > 0} />
          <TextInput
            label="Name"
            description="Tells endpoints apart in this dashboard. Optional."
            autoComplete="off"
            maw={420}
            {...form.getInputProps('name')}
          />
        </FormSection>
        <FormSection title="What about">
          <EventTypeField {...form.getInputProps('event_types')} />
          <ChannelField {...form.getInputProps('channels')} />
        </FormSection>
        <FormSection title="How">
          <DeliveryFields form={form} isNew={webhook === null} />
        </FormSection>
        <FormSection title="Custom headers">
          <CustomHeaders form={form} savedNames={savedNames} />
        </FormSection>
        <FormAlert message={general} />
        {children}
      </Stack>
    </form>
  );
}
