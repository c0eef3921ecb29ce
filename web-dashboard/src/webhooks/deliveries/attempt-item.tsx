import { Badge, Button, Group, Paper, Stack, Text } from '@mantine/core';
import { useId, useState } from 'react';
import type { Attempt } from '../../api/delivery-types';
import { formatDuration } from '../../format/duration';
import { When } from '../../format/when';
import { Message } from '../http/message';
import { StatusText } from '../http/status-text';

const OUTCOMES: Record<Attempt['outcome'], { label: string; color: string }> = {
  delivered: { label: 'Delivered', color: 'verdigris' },
  failed: { label: 'Failed', color: 'orange' },
  dead: { label: 'Given up', color: 'red' },
};

/** One try; what was sent and answered opens on demand. */
export function AttemptItem({ attempt, body }: { attempt: Attempt; body: string | null }) {
  const [open, setOpen] = useState(false);
  const detailsId = useId();
  const { status, duration_ms, error, outcome } = attempt;
  const name = attemptName(attempt);
  return (
    <Paper withBorder p="md" component="li">
      <Group justify="space-between" gap="xs">
        <Group gap="sm">
          <Badge color={OUTCOMES[outcome].color} variant="light">
            {OUTCOMES[outcome].label}
          </Badge>
          <Text fz="sm">
            <StatusText status={status} /> in {formatDuration(duration_ms)}
          </Text>
        </Group>
        <Button
          variant="subtle"
          size="compact-xs"
          aria-expanded={open}
          aria-controls={detailsId}
          aria-label={`${open ? 'Hide' : 'Show'} request and answer of ${name.toLowerCase()}`}
          onClick={() => setOpen(!open)}
        >
          {open ? 'Hide' : 'Request and answer'}
        </Button>
      </Group>
      <Text fz="xs" c="dimmed" mt={6}>
        {name} · <When at={attempt.at} />
      </Text>
      {error !== null && (
        <Text fz="sm" mt={6} c="var(--mantine-color-error)" style={{ overflowWrap: 'anywhere' }}>
          {error}
        </Text>
      )}
      <div id={detailsId}>
        {open && (
          <Stack gap="sm" mt="sm">
            <Message
              title={`Request of ${name.toLowerCase()}`}
              headers={attempt.request_headers}
              body={body}
              noBody="The body is no longer kept."
            />
            {status === null ? (
              <Text fz="xs" c="dimmed">
                There was no answer.
              </Text>
            ) : (
              <Message
                title={`Answer to ${name.toLowerCase()}`}
                headers={attempt.response_headers}
                body={attempt.response_excerpt}
                noBody="The answer had no body."
              />
            )}
          </Stack>
        )}
      </div>
    </Paper>
  );
}

const attemptName = ({ attempt, replay }: Attempt) =>
  replay === 0 ? `Attempt ${attempt}` : `Replay ${replay}, attempt ${attempt}`;
