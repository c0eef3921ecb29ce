import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { AppKey } from '../api/types';
import { count } from '../format/count';
import { formatRelative, formatUtc } from '../format/time';
import classes from './keys.module.css';

/** Who made it, when it was used, and how many are connected by it now. */
export function KeyFacts({ appKey }: { appKey: AppKey }) {
  const { created_at, created_by, last_used_at, connections } = appKey;
  return (
    <dl className={classes.facts}>
      <Fact label="Created">
        {formatUtc(created_at)}
        {created_by !== null && ` by ${created_by}`}
      </Fact>
      <Fact label="Last used">
        {last_used_at === null ? 'Never' : <time dateTime={last_used_at}>{formatRelative(last_used_at, Date.now())}</time>}
      </Fact>
      <Fact label="Connected now">
        <span data-testid="key-connections">{count(connections, 'connection')}</span>
      </Fact>
    </dl>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <Text component="dt" fz="xs" c="dimmed">
        {label}
      </Text>
      <Text component="dd" fz="sm" m={0} style={{ overflowWrap: 'anywhere' }}>
        {children}
      </Text>
    </div>
  );
}
