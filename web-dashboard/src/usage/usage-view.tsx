import { Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { usageCsvUrl, type Usage } from '../api/usage';
import { useUsage } from '../api/usage-queries';
import { LoadError } from '../feedback/load-error';
import { StaleNotice } from '../feedback/stale-notice';
import { RangePicker } from './range-picker';
import { UsageCharts } from './usage-charts';
import { useRange } from './use-range';
import { WarningList } from './warning-list';

interface UsageViewProps {
  /** Null for all apps together. */
  appId: string | null;
  heading: ReactNode;
  names?: ReadonlyMap<string, string>;
  /** The limits. */
  children: ReactNode;
}

/** What was used in the time that the address names. */
export function UsageView({ appId, heading, names, children }: UsageViewProps) {
  const choice = useRange();
  const usage = useUsage(appId, choice.range.span);
  return (
    <Stack gap="lg">
      {heading}
      <RangePicker {...choice} csvUrl={usageCsvUrl(appId, choice.range.span)} />
      {usage.isError && usage.data === undefined ? (
        <LoadError error={usage.error} retry={usage.refetch} />
      ) : (
        <>
          <StaleNotice query={usage} />
          <WarningList warnings={usage.data?.warnings ?? []} names={names} />
          {usage.data && isNothing(usage.data) && (
            <Text fz="sm" c="dimmed">
              Nothing was used in this time: no connection was open and no message came.
            </Text>
          )}
          {/* Faint while they are the former time's. */}
          <div aria-busy={usage.isPlaceholderData} style={{ opacity: usage.isPlaceholderData ? 0.5 : 1 }}>
            <UsageCharts usage={usage.data} />
          </div>
          <Text fz="xs" c="dimmed">
            Steps are of UTC. Exact to the message, up to some seconds ago; the last step is not over.
          </Text>
        </>
      )}
      {children}
    </Stack>
  );
}

const isNothing = ({ total }: Usage) => total.connections_peak === 0 && total.messages === 0;
