import { Paper, Stack, Text, Title } from '@mantine/core';
import type { EndpointRef } from '../../api/deliveries';
import type { Lane } from '../../api/delivery-types';
import type { Webhook } from '../../api/webhook-types';
import { count } from '../../format/count';
import { When } from '../../format/when';
import { BlockingDelivery } from './blocking-delivery';
import classes from './queue.module.css';

interface LaneCardProps {
  endpoint: EndpointRef;
  lane: Lane;
  isOnly: boolean;
  state: Webhook['state'];
  onSkip: () => void;
}

export function LaneCard({ endpoint, lane, isOnly, state, onSkip }: LaneCardProps) {
  const title = isOnly ? 'What waits behind what' : `Lane ${lane.n}`;
  const hidden = lane.pending - lane.waiting.length - (lane.blocked_by?.event_count ?? 0);
  return (
    <Paper withBorder p="lg" component="section" aria-label={title}>
      <Stack gap="md">
        <div>
          <Title order={3}>{title}</Title>
          <Text fz="xs" c="dimmed">
            {count(lane.pending, 'event')} pending; told up to {lane.cursor} of {lane.head}
          </Text>
        </div>
        {lane.blocked_by !== null && (
          <BlockingDelivery
            endpoint={endpoint}
            delivery={lane.blocked_by}
            nextAttemptAt={state === 'active' ? lane.next_attempt_at : null}
            onSkip={onSkip}
          />
        )}
        {lane.waiting.length > 0 && (
          <ol className={classes.waiting} aria-label="Waiting events, in order">
            {lane.waiting.map(({ id, seq, name, channel, occurred_at }) => (
              <li key={id}>
                <span className={classes.seq}>{seq}</span>
                <span className={classes.what}>
                  {name}
                  {channel !== null && <span className={classes.channel}> on {channel}</span>}
                </span>
                <span className={classes.time}>
                  <When at={occurred_at} />
                </span>
              </li>
            ))}
          </ol>
        )}
        {hidden > 0 && (
          <Text fz="xs" c="dimmed">
            and {count(hidden, 'event')} behind these
          </Text>
        )}
      </Stack>
    </Paper>
  );
}
