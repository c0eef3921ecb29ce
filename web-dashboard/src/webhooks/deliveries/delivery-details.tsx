import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconRepeat } from '@tabler/icons-react';
import type { EndpointRef } from '../../api/deliveries';
import { useReplayDelivery } from '../../api/delivery-queries';
import type { DeliveryDetail } from '../../api/delivery-types';
import { CopyButton } from '../../clipboard/copy-button';
import { FormAlert } from '../../feedback/form-alert';
import { errorMessage } from '../../forms/split-error';
import { ValueRow } from '../../keys/value-row';
import { useMay } from '../../session/rights';
import { AttemptItem } from './attempt-item';
import { curlCommand } from './curl';
import { DeliveryBadge } from './delivery-badge';
import classes from './delivery-details.module.css';
import { EventList } from './event-list';
import { attemptSummary } from './summary';

interface DeliveryDetailsProps {
  endpoint: EndpointRef;
  delivery: DeliveryDetail;
}

/** All that is known of one delivery: what was in it, and each try to get it across. */
export function DeliveryDetails({ endpoint, delivery }: DeliveryDetailsProps) {
  const { id, state, body, attempts_list } = delivery;
  const mayReplay = useMay('manageWebhooks');
  const replay = useReplayDelivery(endpoint);
  const newest = attempts_list.reduce<DeliveryDetail['attempts_list'][number] | undefined>(
    (latest, attempt) => (latest === undefined || attempt.at >= latest.at ? attempt : latest),
    undefined,
  );
  const onReplay = () =>
    replay.mutate(id, {
      onSuccess: (answer) => notifications.show({ message: `Replay ${answer.replay} is queued.` }),
    });

  return (
    <Stack gap="md">
      <Group gap="sm">
        <DeliveryBadge state={state} />
        <Text fz="sm" c="dimmed">
          {attemptSummary(delivery)}, lane {delivery.lane}
        </Text>
      </Group>
      <ValueRow label="Id" value={id} testId="delivery-id">
        <CopyButton text={id} what="delivery id" compact />
      </ValueRow>
      <Group gap="sm">
        <Button
          leftSection={<IconRepeat size={16} aria-hidden />}
          loading={replay.isPending}
          disabled={body === null || !mayReplay}
          onClick={onReplay}
        >
          Replay
        </Button>
        {body !== null && newest !== undefined && (
          <CopyButton text={curlCommand(newest.request_headers, body)} what="curl command" label="Copy as curl" />
        )}
      </Group>
      <Text fz="xs" c="dimmed">
        {body === null
          ? 'Its events have expired after 7 days: it can be neither replayed nor copied.'
          : 'A replay sends the same bytes and id with a fresh signature. The curl command posts to localhost:3000/hook with the newest attempt’s signature and without masked headers; a verifier may find its time too old.'}
      </Text>
      <FormAlert message={replay.isError ? errorMessage(replay.error) : null} />
      <EventList delivery={delivery} />
      <Title order={3}>Attempts</Title>
      {attempts_list.length === 0 && (
        <Text fz="sm" c="dimmed">
          None is on record: attempts are kept for 7 days.
        </Text>
      )}
      <ol className={classes.attempts} aria-label="Attempts">
        {attempts_list.map((attempt) => (
          <AttemptItem key={`${attempt.replay}/${attempt.attempt}`} attempt={attempt} body={body} />
        ))}
      </ol>
    </Stack>
  );
}
