import { Text } from '@mantine/core';
import { memo } from 'react';
import { formatClock } from '../format/time';
import { describe } from './describe';
import classes from './live-panel.module.css';
import type { FeedEntry, FeedItem } from './live-state';

interface FeedProps {
  entries: FeedEntry[];
  connections: number | null;
}

export function Feed({ entries, connections }: FeedProps) {
  return (
    <div className={classes.feed} role="log" aria-live="off" aria-label="Recent activity" tabIndex={0} data-testid="live-feed">
      {entries.length === 0 ? (
        <Text fz="sm" c="dimmed" className={classes.empty}>
          {emptyReason(connections)}
        </Text>
      ) : (
        <ol className={classes.entries}>
          {entries.map(({ id, item }) => (
            <Entry key={id} item={item} />
          ))}
        </ol>
      )}
    </div>
  );
}

/** The feed starts when the page opens, so "nothing" has two possible reasons. */
function emptyReason(connections: number | null): string {
  if (connections === null) return 'Waiting for the server. Activity appears here as it happens.';
  if (connections === 0) return '0 connections. Run the browser snippet and watch the steps above tick.';
  return 'Nothing has happened since this page was opened. Activity appears here as it happens.';
}

const Entry = memo(function Entry({ item }: { item: FeedItem }) {
  const { tone, title, detail } = describe(item);
  return (
    <li className={classes.entry} data-tone={tone} data-kind={item.kind}>
      <time className={classes.time} dateTime={new Date(item.at).toISOString()}>
        {formatClock(item.at)}
      </time>
      <div className={classes.words}>
        <div className={classes.title}>{title}</div>
        {detail !== null && <div className={classes.detail}>{detail}</div>}
      </div>
    </li>
  );
});
