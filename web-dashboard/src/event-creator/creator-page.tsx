import { Alert, Stack, Text, Title } from '@mantine/core';
import { IconPower } from '@tabler/icons-react';
import { useState } from 'react';
import { useSearchParams } from 'react-router';
import type { OutgoingEvent, Sent } from '../api/insight-types';
import { useCurrentApp } from '../app-page/app-layout';
import { NotAllowed } from '../feedback/not-allowed';
import { useMay } from '../session/rights';
import { usePageTitle } from '../shell/page-title';
import classes from './creator.module.css';
import { EventForm, valuesOf, type EventValues } from './event-form';
import { RecentEvents } from './recent-events';
import { SentResult } from './sent-result';

export interface SentEvent {
  id: number;
  at: number;
  event: OutgoingEvent;
  sent: Sent;
}

/** More than one comes back to. */
const RECENT_LIMIT = 20;

/** The route …/send; ?channel=, ?user_id= and ?name= fill the form. */
export function CreatorPage() {
  const app = useCurrentApp();
  usePageTitle('Send event', app.name);
  const mayPublish = useMay('sendEvents');
  const [params] = useSearchParams();
  const [recent, setRecent] = useState<SentEvent[]>([]);
  const [start, setStart] = useState<{ id: number; values: EventValues }>({ id: 0, values: fromAddress(params) });
  const latest = recent[0];

  const add = (event: OutgoingEvent, sent: Sent) =>
    setRecent((earlier) => [{ id: (earlier[0]?.id ?? 0) + 1, at: Date.now(), event, sent }, ...earlier].slice(0, RECENT_LIMIT));

  return (
    <Stack gap="lg">
      <div>
        <Title order={2}>Send an event</Title>
        <Text c="dimmed" fz="sm" mt={2}>
          Published as your server would, and answered with whom it reached.
        </Text>
      </div>
      {!app.enabled && (
        <Alert color="orange" icon={<IconPower aria-hidden />}>
          The app is disabled: it takes no connections, so an event reaches nobody.
        </Alert>
      )}
      {mayPublish ? (
        <div className={classes.columns}>
          <EventForm key={start.id} appId={app.id} initial={start.values} onSent={add} />
          <Stack gap="lg">
            <SentResult latest={latest} />
            <RecentEvents
              recent={recent}
              onReuse={({ event }) => setStart(({ id }) => ({ id: id + 1, values: valuesOf(event) }))}
            />
          </Stack>
        </div>
      ) : (
        <NotAllowed right="sendEvents" title="You may look, but not send" />
      )}
    </Stack>
  );
}

function fromAddress(params: URLSearchParams): EventValues {
  const user_id = params.get('user_id') ?? '';
  return {
    target: user_id === '' ? 'channels' : 'user',
    channels: params.getAll('channel').filter(Boolean),
    user_id,
    name: params.get('name') ?? '',
    data: '{\n  "message": "hello"\n}',
    exclude_socket_id: '',
  };
}
