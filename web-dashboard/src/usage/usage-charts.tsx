import { SimpleGrid, Text } from '@mantine/core';
import { useMemo } from 'react';
import type { Usage } from '../api/usage';
import { ChartCard } from '../charts/chart-card';
import { formatNumber } from '../format/count';
import { connectionsChart, messagesInChart, messagesOutChart, webhooksChart } from './figures';

/** One chart for each thing that is counted. */
export function UsageCharts({ usage }: { usage: Usage | undefined }) {
  const charts = useMemo(
    () =>
      usage && {
        connections: connectionsChart(usage),
        messagesIn: messagesInChart(usage),
        messagesOut: messagesOutChart(usage),
        webhooks: webhooksChart(usage),
      },
    [usage],
  );
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }}>
      <ChartCard title="Connections" data={charts?.connections} />
      <ChartCard title="Webhook requests" data={charts?.webhooks} />
      <ChartCard title="Messages in" data={charts?.messagesIn}>
        <Total amount={usage?.total.messages_in} />
      </ChartCard>
      <ChartCard title="Messages out" data={charts?.messagesOut}>
        <Total amount={usage?.total.messages_out} />
      </ChartCard>
    </SimpleGrid>
  );
}

function Total({ amount }: { amount: number | undefined }) {
  return (
    <Text fz="xs" c="dimmed">
      {amount === undefined ? 'Counting…' : `${formatNumber(amount)} in this time`}
    </Text>
  );
}
