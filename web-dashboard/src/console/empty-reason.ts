import type { Snapshot } from '../activity/activity';
import { count } from '../format/count';
import { formatRelative } from '../format/time';
import { shows, type ConsoleFilter } from './console-filter';

export interface Standing {
  snapshot: Snapshot | null;
  filter: ConsoleFilter;
  isFiltered: boolean;
  /** As the app's page knows it now, which is newer than the snapshot. */
  connections: number;
  enabled: boolean;
  clientEvents: boolean;
  /** How many are held back by a pause. */
  held: number;
}

/** Why nothing is seen: the first thing that must be otherwise before anything can be. */
export function emptyReason(standing: Standing, nowMs: number): { title: string; detail: string } {
  const { snapshot, filter, isFiltered, connections, enabled, clientEvents, held } = standing;
  if (held > 0) return { title: 'Paused', detail: 'What came since then is held back. Resume to see it.' };
  if (snapshot === null) return { title: 'Waiting for the server', detail: 'What happens appears here at once.' };
  if (!enabled) {
    return { title: 'The app is disabled', detail: 'It takes no connections and no requests. Enable it in its settings.' };
  }
  if (!clientEvents && filter.source === 'client') {
    return { title: 'Client events are off', detail: 'No client may send events. Allow it in the settings of the app.' };
  }
  if (connections === 0 && !shows(filter, 'event', 'api_refused', 'webhook_sent', 'webhook_failed')) {
    return { title: '0 connections', detail: 'Nobody is connected. Open a page of yours that connects with a key of this app.' };
  }
  if (isFiltered) {
    return { title: 'Nothing has matched the filter yet', detail: `${standingText(connections, snapshot, nowMs)} What does not match is not shown.` };
  }
  if (connections === 0) {
    return { title: '0 connections', detail: `${lastEvent(snapshot, nowMs)} Connect a client, or send an event to see it here.` };
  }
  const off = clientEvents ? '' : ' Client events are off: clients can only listen.';
  return { title: 'Nothing has happened since this page was opened', detail: standingText(connections, snapshot, nowMs) + off };
}

const standingText = (connections: number, snapshot: Snapshot, nowMs: number) =>
  `${count(connections, 'connection')}, ${count(snapshot.channels, 'occupied channel')}. ${lastEvent(snapshot, nowMs)}`;

function lastEvent({ last_event_at }: Snapshot, nowMs: number): string {
  if (last_event_at === null) return 'No event was published since the app came into use.';
  return `The last event was published ${formatRelative(new Date(last_event_at).toISOString(), nowMs)}.`;
}
