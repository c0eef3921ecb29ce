import { Alert, Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { IconHandStop } from '@tabler/icons-react';
import { Link } from 'react-router';
import type { EndpointRef } from '../../api/deliveries';
import type { Delivery } from '../../api/delivery-types';
import { When } from '../../format/when';
import { useMay } from '../../session/rights';
import { attemptSummary, channelSummary, eventSummary } from '../deliveries/summary';
import { StatusText } from '../http/status-text';

interface BlockingDeliveryProps {
  endpoint: EndpointRef;
  delivery: Delivery;
  /** Null where none will be made as things are. */
  nextAttemptAt: string | null;
  onSkip: () => void;
}

/** The batch everything else in the lane waits for. */
export function BlockingDelivery({ endpoint, delivery, nextAttemptAt, onSkip }: BlockingDeliveryProps) {
  const { appId, webhookId } = endpoint;
  const maySkip = useMay('manageWebhooks');
  return (
    <Alert role="note" color="orange" variant="light" icon={<IconHandStop aria-hidden />} title="Blocked by one delivery">
      <Stack gap={6}>
        <Text fz="sm" style={{ overflowWrap: 'anywhere' }}>
          {eventSummary(delivery)} on {channelSummary(delivery)}, {attemptSummary(delivery)}
        </Text>
        <Text fz="sm" style={{ overflowWrap: 'anywhere' }}>
          <StatusText status={delivery.last_status} />
          {delivery.last_error !== null && ` ${delivery.last_error}`}
        </Text>
        <NextAttempt at={nextAttemptAt} />
        <Group gap="sm">
          <Anchor
            component={Link}
            fz="sm"
            to={`/apps/${appId}/webhooks/${webhookId}/deliveries/${encodeURIComponent(delivery.id)}`}
          >
            See its attempts
          </Anchor>
          {maySkip && (
            <Button variant="default" size="compact-sm" onClick={onSkip}>
              Skip
            </Button>
          )}
        </Group>
      </Stack>
    </Alert>
  );
}

function NextAttempt({ at }: { at: string | null }) {
  if (at === null) return <Text fz="xs">No further attempt is planned until the endpoint is resumed.</Text>;
  if (Date.parse(at) <= Date.now()) return <Text fz="xs">The next attempt is due now.</Text>;
  return (
    <Text fz="xs">
      Next attempt <When at={at} />
    </Text>
  );
}
