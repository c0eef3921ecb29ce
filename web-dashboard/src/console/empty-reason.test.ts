import { expect, it } from 'vitest';
import type { Snapshot } from '../activity/activity';
import { emptyReason, type Standing } from './empty-reason';

const snapshot: Snapshot = {
  connections: 2,
  channels: 1,
  users: 0,
  last_event_at: 0,
  client_events: true,
  enabled: true,
  payloads: true,
};
const standing: Standing = { snapshot, filter: {}, isFiltered: false, connections: 2, enabled: true, clientEvents: true, held: 0 };
const reason = (change: Partial<Standing>) => {
  const { title, detail } = emptyReason({ ...standing, ...change }, 60_000);
  return `${title}. ${detail}`;
};

it.each<[string, Partial<Standing>, RegExp]>([
  ['the server has said nothing yet', { snapshot: null }, /^Waiting for the server/],
  ['it is paused', { held: 2 }, /^Paused/],
  ['the app is disabled', { enabled: false, connections: 0 }, /^The app is disabled/],
  ['nobody is connected', { connections: 0 }, /^0 connections\. The last event was published 1 minute ago\./],
  ['nothing was ever published', { snapshot: { ...snapshot, last_event_at: null } }, /No event was published since/],
  ['clients may only listen', { clientEvents: false }, /Client events are off: clients can only listen/],
  [
    'client events are off',
    { clientEvents: false, filter: { source: 'client' }, isFiltered: true },
    /^Client events are off\./,
  ],
  ['the filter matches nothing', { filter: { channel: 'x' }, isFiltered: true }, /^Nothing has matched the filter yet/],
  [
    'the filter wants connections and there are none',
    { connections: 0, filter: { types: 'connected,disconnected' }, isFiltered: true },
    /^0 connections\. Nobody is connected/,
  ],
  ['nothing happened', {}, /^Nothing has happened since.*2 connections, 1 occupied channel\./],
])('says that it is empty because %s', (_why, change, expected) => {
  expect(reason(change)).toMatch(expected);
});
