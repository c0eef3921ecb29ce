import { Group, Paper, Text, Title } from '@mantine/core';
import { count } from '../format/count';
import { FormAlert } from '../feedback/form-alert';
import { errorMessage } from '../forms/split-error';
import { Checklist } from './checklist';
import { Feed } from './feed';
import classes from './live-panel.module.css';
import { SendTestEvent } from './send-test-event';
import { StreamBadge } from './stream-badge';
import { useLiveFeed } from './use-live-feed';

export function LivePanel({ appId }: { appId: string }) {
  const { stream, connections, checklist, feed, refusal } = useLiveFeed(appId);
  return (
    <Paper withBorder component="section" aria-labelledby="live-heading" className={classes.panel}>
      <div className={classes.part}>
        <Group justify="space-between" wrap="nowrap">
          <Title order={2} id="live-heading">
            Live
          </Title>
          <StreamBadge state={stream} />
        </Group>
        <Text fz="sm" c="dimmed" mt={2}>
          {connections === null ? 'Counting connections…' : `${count(connections, 'connection')} open`} · times are UTC
        </Text>
        <FormAlert message={refusal && errorMessage(refusal)} />
        <Checklist done={checklist} />
        <SendTestEvent appId={appId} />
      </div>
      <Feed entries={feed} connections={connections} />
    </Paper>
  );
}
