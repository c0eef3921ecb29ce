import { Button, Paper, SegmentedControl, Stack, TagsInput, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconSend } from '@tabler/icons-react';
import { useState } from 'react';
import { useChannelNames, usePublishEvent } from '../api/insight-queries';
import type { OutgoingEvent, Sent } from '../api/insight-types';
import { FormAlert } from '../feedback/form-alert';
import { useApiForm } from '../forms/use-api-form';
import { EventFields, eventFaults } from './event-fields';

export type EventValues = {
  target: 'channels' | 'user';
  channels: string[];
  user_id: string;
  name: string;
  data: string;
  exclude_socket_id: string;
};

interface EventFormProps {
  appId: string;
  initial: EventValues;
  onSent: (event: OutgoingEvent, sent: Sent) => void;
}

export function EventForm({ appId, initial, onSent }: EventFormProps) {
  const publish = usePublishEvent(appId);
  const { form, general, pending, onSubmit } = useApiForm<EventValues>(
    initial,
    async (values) => {
      const event = eventOf(values);
      onSent(event, await publish.mutateAsync(event));
    },
    faultsOf,
  );
  const toUser = form.values.target === 'user';

  return (
    <Paper withBorder p="lg" component="form" onSubmit={onSubmit} noValidate aria-label="Event">
      <Stack gap="md">
        <SegmentedControl
          aria-label="Send to"
          data={[
            { value: 'channels', label: 'To channels' },
            { value: 'user', label: 'To a user' },
          ]}
          {...form.getInputProps('target')}
        />
        {toUser ? (
          <TextInput
            label="User id"
            description="Reaches every connection that is signed in as this user."
            autoComplete="off"
            required
            {...form.getInputProps('user_id')}
          />
        ) : (
          <ChannelsField appId={appId} {...form.getInputProps('channels')} />
        )}
        <EventFields form={form} />
        <TextInput
          label="Leave out"
          description="The socket id of a connection that is not to get it. Optional."
          placeholder="123.456"
          autoComplete="off"
          {...form.getInputProps('exclude_socket_id')}
        />
        <FormAlert message={general} />
        <Button type="submit" loading={pending} leftSection={<IconSend size={17} aria-hidden />}>
          Send event
        </Button>
      </Stack>
    </Paper>
  );
}

type FieldProps = Pick<React.ComponentProps<typeof TagsInput>, 'value' | 'onChange' | 'error'>;

/** Proposes channels that somebody is subscribed to. */
function ChannelsField({ appId, ...field }: FieldProps & { appId: string }) {
  const [typed, setTyped] = useState('');
  // Each question looks through all channels of the app.
  const [asked] = useDebouncedValue(typed.trim(), 250);
  const occupied = useChannelNames(appId, asked);
  return (
    <TagsInput
      label="Channels"
      description="Up to 100. Enter or a comma ends a name."
      placeholder={field.value?.length ? undefined : 'my-channel'}
      data={occupied.data ?? []}
      searchValue={typed}
      onSearchChange={setTyped}
      splitChars={[',', ' ']}
      maxTags={100}
      acceptValueOnBlur
      required
      {...field}
    />
  );
}

function faultsOf(values: EventValues) {
  const faults = eventFaults(values);
  if (values.target === 'channels' && values.channels.length === 0) faults.channels = 'Name a channel.';
  if (values.target === 'user' && values.user_id.trim() === '') faults.user_id = 'Name a user.';
  return faults;
}

function eventOf({ target, channels, user_id, name, data, exclude_socket_id }: EventValues): OutgoingEvent {
  const to = target === 'user' ? { user_id: user_id.trim() } : { channels };
  const except = exclude_socket_id.trim();
  return { ...to, name: name.trim(), data, ...(except !== '' && { exclude_socket_id: except }) };
}

export function valuesOf({ channels = [], user_id, name, data, exclude_socket_id = '' }: OutgoingEvent): EventValues {
  return { target: user_id === undefined ? 'channels' : 'user', channels, user_id: user_id ?? '', name, data, exclude_socket_id };
}
