import { Alert, Badge } from '@mantine/core';
import { IconClock } from '@tabler/icons-react';
import type { AppKey } from '../api/types';
import { count } from '../format/count';
import { formatRelative, formatUtc } from '../format/time';

const BADGES = {
  active: null,
  expiring: { color: 'orange', text: 'Being replaced' },
  expired: { color: 'gray', text: 'Expired' },
} as const;

export function KeyBadge({ state }: { state: AppKey['state'] }) {
  const badge = BADGES[state];
  return (
    badge && (
      <Badge color={badge.color} variant="light">
        {badge.text}
      </Badge>
    )
  );
}

/** How far a rotation is: whether anybody would notice if the old key ended now. */
export function RotationNotice({ appKey: { state, expires_at, connections } }: { appKey: AppKey }) {
  if (state !== 'expiring' || expires_at === null) return null;
  const isLeft = connections === 0;
  return (
    <Alert color={isLeft ? 'verdigris' : 'orange'} icon={<IconClock aria-hidden />} py="xs">
      Expires {formatRelative(expires_at, Date.now())}, at {formatUtc(expires_at)}.{' '}
      {isLeft
        ? 'Nobody is connected with it any more; look at when it was last used before you revoke it.'
        : `${count(connections, 'connection')} ${connections === 1 ? 'is' : 'are'} still on it: move ${connections === 1 ? 'it' : 'them'} to the new key.`}
    </Alert>
  );
}
