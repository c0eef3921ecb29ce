import { Badge, Group, Paper, Stack, Text, Title } from '@mantine/core';
import type { OperatedNode } from '../api/operator';
import { formatNumber } from '../format/count';
import { formatDuration } from '../format/duration';
import { When } from '../format/when';
import table from '../tables/table.module.css';
import { DrainPanel } from './drain-panel';
import { FactList } from './fact-list';
import { bytes } from './figures';
import classes from './operator.module.css';

interface NodeCardProps {
  node: OperatedNode;
  /** Then its clients have nowhere else to go. */
  isOnly: boolean;
}

export function NodeCard({ node, isOnly }: NodeCardProps) {
  return (
    <Paper withBorder p="md" component="section" aria-label={`Node ${node.id}`}>
      <Stack gap="lg">
        <div>
          <Group gap="sm">
            <Title order={3} className={classes.foreign}>
              {node.id}
            </Title>
            <Badge variant="light" color={node.ready ? undefined : 'orange'}>
              {node.ready ? 'Ready' : 'Not ready'}
            </Badge>
          </Group>
          <Text fz="sm" c="dimmed" mt={4}>
            Version {node.version}, started <When at={node.started_at} />
          </Text>
          {node.reasons.length > 0 && (
            <Text fz="sm" mt={4}>
              Not ready, because {node.reasons.join(', ')}.
            </Text>
          )}
        </div>
        <FactList
          facts={[
            ['Connections', formatNumber(node.connections)],
            ['Waiting inside', `${bytes(node.backlog_bytes)} of ${bytes(node.backlog_limit_bytes)}`],
            ['Database answers in', node.database_ms === null ? 'does not answer' : formatDuration(node.database_ms)],
            ['Memory', node.memory_bytes === null ? 'unknown' : bytes(node.memory_bytes)],
          ]}
        />
        <Workers workers={node.workers} />
        <DrainPanel node={node} isOnly={isOnly} />
      </Stack>
    </Paper>
  );
}

function Workers({ workers }: { workers: OperatedNode['workers'] }) {
  if (workers === null) {
    return (
      <Text fz="sm" c="dimmed">
        A worker did not answer in time: it is overloaded.
      </Text>
    );
  }
  return (
    <table className={table.table} aria-label="Workers">
      <thead>
        <tr>
          <th scope="col">Worker</th>
          <th scope="col">Connections</th>
          <th scope="col">Channels</th>
          <th scope="col">Organisations waiting for their turn</th>
        </tr>
      </thead>
      <tbody>
        {workers.map(({ connections, channels, tenants_waiting }, index) => (
          <tr key={index}>
            <td>Worker {index + 1}</td>
            <td className={table.number}>
              {formatNumber(connections)}
              <span className={table.label}> connections</span>
            </td>
            <td className={table.number}>
              {formatNumber(channels)}
              <span className={table.label}> channels</span>
            </td>
            <td className={table.number}>
              {formatNumber(tenants_waiting)}
              <span className={table.label}> waiting</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
