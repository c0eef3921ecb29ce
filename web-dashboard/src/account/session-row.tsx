import { Badge, Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useEndSession } from '../api/people-queries';
import type { LoginSession } from '../api/people-types';
import { errorMessage } from '../forms/split-error';
import { formatRelative, formatUtc } from '../format/time';
import { describeAgent } from './describe-agent';
import classes from './sessions.module.css';

export function SessionRow({ session }: { session: LoginSession }) {
  const { id, created_at, last_used_at, address, user_agent, is_current } = session;
  const end = useEndSession();
  const name = describeAgent(user_agent);
  const onEnd = () =>
    end.mutate(id, {
      onError: (error) => notifications.show({ color: 'red', title: 'Not ended', message: errorMessage(error) }),
    });
  return (
    <li className={classes.row}>
      <div style={{ minWidth: 0 }}>
        <Group gap={6}>
          <Text fw={600} fz="sm" title={user_agent ?? undefined}>
            {name}
          </Text>
          {is_current && (
            <Badge size="sm" variant="light">
              this one
            </Badge>
          )}
        </Group>
        <Text fz="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {address !== null && `From ${address} · `}last used {formatRelative(last_used_at, Date.now())} · logged in{' '}
          {formatUtc(created_at)}
        </Text>
      </div>
      {!is_current && (
        <Button
          variant="subtle"
          color="red"
          size="xs"
          loading={end.isPending}
          onClick={onEnd}
          aria-label={`End the session of ${name}`}
        >
          End
        </Button>
      )}
    </li>
  );
}
