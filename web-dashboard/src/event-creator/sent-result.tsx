import { Anchor, Paper, Text, Title } from '@mantine/core';
import { Link } from 'react-router';
import type { Reached, Unreached } from '../api/insight-types';
import { useCurrentApp } from '../app-page/app-layout';
import { count } from '../format/count';
import { formatClock } from '../format/time';
import table from '../tables/table.module.css';
import type { SentEvent } from './creator-page';

const REASONS: Record<Unreached, string> = {
  nobody_subscribed: 'Nobody: nobody is subscribed right now.',
  user_offline: 'Nobody: the user is not signed in on any connection.',
  only_excluded: 'Nobody: the only subscriber is the connection that was left out.',
};

/** What became of the last event, channel by channel. */
export function SentResult({ latest }: { latest: SentEvent | undefined }) {
  return (
    <Paper withBorder p="lg" component="section" aria-label="Result" aria-live="polite">
      <Title order={3}>Result</Title>
      {latest === undefined ? (
        <Text fz="sm" c="dimmed" mt={4}>
          Nothing sent yet. Here you will see how many each channel reached, and why none.
        </Text>
      ) : (
        <Outcome latest={latest} />
      )}
    </Paper>
  );
}

function Outcome({ latest: { at, event, sent } }: { latest: SentEvent }) {
  return (
    <>
      <Text fz="sm" mt={4} mb="sm" style={{ overflowWrap: 'anywhere' }}>
        <b>{event.name}</b> reached {count(sent.subscribers, 'subscriber')}{' '}
        <Text span inherit c="dimmed">
          at {formatClock(at)} UTC.
        </Text>
      </Text>
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col">{event.user_id === undefined ? 'Channel' : 'User'}</th>
            <th scope="col">Reached</th>
          </tr>
        </thead>
        <tbody>
          {sent.channels.map((reached) => (
            <tr key={reached.channel}>
              <td className={table.foreign}>
                <Target reached={reached} userId={event.user_id} />
              </td>
              <td>
                {reachedText(reached)}
                {reached.remembered && (
                  <Text fz="xs" c="dimmed">
                    Remembered for who subscribes later.
                  </Text>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function Target({ reached, userId }: { reached: Reached; userId: string | undefined }) {
  const app = useCurrentApp();
  const [kind, name] = userId === undefined ? ['channels', reached.channel] : ['users', userId];
  return (
    <Anchor component={Link} to={`/apps/${app.id}/${kind}/${encodeURIComponent(name)}`} inherit>
      {name}
    </Anchor>
  );
}

function reachedText({ subscribers, reason }: Reached): string {
  if (subscribers > 0) return count(subscribers, 'connection');
  return reason === undefined ? 'Nobody' : REASONS[reason];
}
