import { Button, Group } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useEndOtherSessions, useSessions } from '../api/people-queries';
import { ListSkeleton } from '../feedback/list-skeleton';
import { LoadError } from '../feedback/load-error';
import { errorMessage } from '../forms/split-error';
import { count } from '../format/count';
import { SettingCard } from '../settings/setting-card';
import { SessionRow } from './session-row';
import classes from './sessions.module.css';

export function SessionsCard() {
  const sessions = useSessions();
  const endOthers = useEndOtherSessions();
  const onEndOthers = () =>
    endOthers.mutate(undefined, {
      onSuccess: ({ ended }) => notifications.show({ message: `${count(ended, 'session')} ended.` }),
      onError: (error) => notifications.show({ color: 'red', title: 'Not ended', message: errorMessage(error) }),
    });

  return (
    <SettingCard title="Sessions" explanation="Where you are logged in. End what you do not recognise, then change your password.">
      {sessions.data !== undefined ? (
        <ul className={classes.list} aria-label="Sessions">
          {sessions.data.map((session) => (
            <SessionRow key={session.id} session={session} />
          ))}
        </ul>
      ) : sessions.isError ? (
        <LoadError error={sessions.error} retry={sessions.refetch} />
      ) : (
        <ListSkeleton label="Loading sessions" />
      )}
      {sessions.data !== undefined && sessions.data.length > 1 && (
        <Group>
          <Button variant="default" size="xs" loading={endOthers.isPending} onClick={onEndOthers}>
            End all others
          </Button>
        </Group>
      )}
    </SettingCard>
  );
}
