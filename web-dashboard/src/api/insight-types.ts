import type { Body, Given, Query, Schemas } from './operations';

export type ConnectionRow = Schemas['ConnectionRow'];
export type ConnectionDetail = Schemas['ConnectionReply'];
export type Subscription = Schemas['SubscriptionReply'];
/** What happened lately; nothing before `timeline_since` is known. */
export type Timeline = Schemas['TimelineReply'];
export type ChannelRow = Schemas['ChannelRow'];
export type ChannelDetail = Schemas['ChannelReply'];
export type ChannelAccess = ChannelRow['access'];
export type SignedInUser = Schemas['UserRow'];
/** `data` is JSON as text, as server libraries send it: numbers keep all their digits. */
export type OutgoingEvent = Given<Body<'POST', '/apps/{app_id}/events'>> & { data: string };
export type DirectEvent = Body<'POST', '/apps/{app_id}/connections/{socket_id}/events'>;
export type Sent = Schemas['SentReply'];
export type Reached = Schemas['ReachedReply'];
export type Unreached = Schemas['Unreached'];

type ConnectionQuery = Query<'/apps/{app_id}/connections'>;
export const CONNECTION_FILTERS = [
  'user_id',
  'socket_id',
  'address',
  'client',
  'transport',
  'channel',
] as const satisfies (keyof ConnectionQuery)[];
export type ConnectionFilter = Pick<ConnectionQuery, (typeof CONNECTION_FILTERS)[number]>;
