import { Skeleton, Stack, Text, Title } from '@mantine/core';
import { useNodes } from '../api/operator-queries';
import { LoadError } from '../feedback/load-error';
import { StaleNotice } from '../feedback/stale-notice';
import { usePageTitle } from '../shell/page-title';
import { NodeCard } from './node-card';

/** The route /operator/nodes: what the nodes carry, and sending their clients elsewhere. */
export function NodesPage() {
  usePageTitle('Nodes', 'Installation');
  const nodes = useNodes();
  return (
    <Stack gap="md">
      <div>
        <Title order={2}>Nodes</Title>
        <Text c="dimmed" fz="sm" mt={2}>
          What each carries now. Drain one before you stop it, so that its clients come back elsewhere bit by bit.
        </Text>
      </div>
      <StaleNotice query={nodes} />
      {nodes.data !== undefined ? (
        nodes.data.nodes.map((node) => <NodeCard key={node.id} node={node} isOnly={nodes.data.nodes.length === 1} />)
      ) : nodes.isError ? (
        <LoadError error={nodes.error} retry={nodes.refetch} />
      ) : (
        <Skeleton h={300} aria-busy="true" aria-label="Loading the nodes" />
      )}
    </Stack>
  );
}
