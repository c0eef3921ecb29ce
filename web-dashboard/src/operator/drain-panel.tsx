import { Alert, Button, Group, Progress, Stack, Text, VisuallyHidden } from '@mantine/core';
import { IconArrowsSplit } from '@tabler/icons-react';
import { useState } from 'react';
import type { Drain, OperatedNode } from '../api/operator';
import { useBeginDrain, useCancelDrain } from '../api/operator-queries';
import { ConfirmModal } from '../feedback/confirm-modal';
import { FormAlert } from '../feedback/form-alert';
import { errorMessage } from '../forms/split-error';
import { UnitInput } from '../forms/unit-input';
import { useApiForm } from '../forms/use-api-form';
import { count, formatNumber } from '../format/count';
import { formatDuration } from '../format/duration';
import { When } from '../format/when';

/** How its clients are sent elsewhere, or how far that is. */
export function DrainPanel({ node, isOnly }: { node: OperatedNode; isOnly: boolean }) {
  return node.drain === null ? <Plan node={node} isOnly={isOnly} /> : <Progressing node={node} drain={node.drain} />;
}

/** A minute for all, unless that is very few a second. */
const usual = (connections: number) => Math.max(10, Math.ceil(connections / 60));

function Plan({ node, isOnly }: { node: OperatedNode; isOnly: boolean }) {
  const begin = useBeginDrain(node.id);
  const [isAsking, setAsking] = useState(false);
  const close = () => setAsking(false);
  const { form, general, pending, onSubmit } = useApiForm(
    { connections_per_second: usual(node.connections) as number | string },
    // What is wrong with the input stands beside it, so the question goes either way.
    (values) => begin.mutateAsync(Number(values.connections_per_second)).finally(close),
  );
  const rate = Number(form.values.connections_per_second);
  const takes =
    rate > 0 && node.connections > 0
      ? `${count(node.connections, 'connection')} take about ${formatDuration((node.connections / rate) * 1000)}.`
      : '';
  return (
    <Stack gap="sm" component="section" aria-label="Drain">
      <Group align="flex-end" gap="sm">
        <UnitInput
          label="Connections to send away in a second"
          unit="/s"
          w={320}
          {...form.getInputProps('connections_per_second')}
        />
        <Button color="orange" variant="light" onClick={() => setAsking(true)}>
          Drain this node
        </Button>
      </Group>
      <Text fz="sm" c="dimmed">
        {takes} Each is closed with 4200 and reconnects at once, so there must be another node to take it. New clients
        are turned away, and /ready says that the node is draining, until you cancel.
      </Text>
      <FormAlert message={general} />
      <ConfirmModal
        opened={isAsking}
        title="Drain this node?"
        confirmLabel="Drain"
        pending={pending}
        error={null}
        onConfirm={onSubmit}
        onClose={close}
      >
        <Text fz="sm">
          {count(node.connections, 'connection')} will be closed. {takes} New clients are turned away until you cancel.
          A load balancer that watches /ready takes this dashboard from the node too: cancel at the node’s own address,
          or start the node again.
        </Text>
        {isOnly && (
          <Text fz="sm" c="var(--mantine-color-error)" fw={600}>
            It is the only node: clients have nowhere else to go, and nobody is served until you cancel.
          </Text>
        )}
      </ConfirmModal>
    </Stack>
  );
}

function Progressing({ node, drain }: { node: OperatedNode; drain: Drain }) {
  const cancel = useCancelDrain(node.id);
  const gone = Math.max(0, drain.connections_at_start - drain.remaining);
  const done = drain.connections_at_start === 0 ? 100 : (gone / drain.connections_at_start) * 100;
  const isEmpty = drain.remaining === 0;
  return (
    <Alert
      color={isEmpty ? 'verdigris' : 'orange'}
      icon={<IconArrowsSplit aria-hidden />}
      title={isEmpty ? 'Drained: it can be stopped' : 'Draining'}
    >
      <Stack gap="sm">
        {/* The count changes each second: a screen reader is told of the ends alone. */}
        <VisuallyHidden role="status">{isEmpty ? 'Nobody is left on the node' : 'The drain has begun'}</VisuallyHidden>
        <Progress value={done} aria-label={`${Math.floor(done)} % have gone`} color={isEmpty ? 'verdigris' : 'orange'} />
        <Text fz="sm">
          {formatNumber(drain.remaining)} of {count(drain.connections_at_start, 'connection')} left;{' '}
          {formatNumber(drain.told)} told to reconnect elsewhere, at most {formatNumber(drain.connections_per_second)} a
          second.
        </Text>
        <Text fz="xs" c="dimmed">
          Since <When at={drain.began_at} />
          {drain.emptied_at !== null && (
            <>
              ; nobody was left <When at={drain.emptied_at} />
            </>
          )}
        </Text>
        <Group gap="sm">
          <Button size="xs" variant="default" loading={cancel.isPending} onClick={() => cancel.mutate()}>
            {isEmpty ? 'Take clients again' : 'Cancel'}
          </Button>
        </Group>
        <FormAlert message={cancel.error ? errorMessage(cancel.error) : null} />
      </Stack>
    </Alert>
  );
}
