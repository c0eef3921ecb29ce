import type { ConnectionFilter, DirectEvent, OutgoingEvent } from './insight-types';
import type { Query } from './operations';
import { address, request } from './request';

type Cursor = string | undefined;

/** The address of the activity stream, filtered by the server. */
export const filteredLiveUrl = (app_id: string, query: Query<'/apps/{app_id}/live'>) =>
  address('/apps/{app_id}/live', { path: { app_id }, query });

export const publishEvent = (app_id: string, event: OutgoingEvent) =>
  request('POST', '/apps/{app_id}/events', { path: { app_id }, body: event });

export const fetchConnections = (app_id: string, filter: ConnectionFilter, cursor: Cursor) =>
  request('GET', '/apps/{app_id}/connections', { path: { app_id }, query: { ...filter, cursor } });

export const fetchConnection = (app_id: string, socket_id: string, cursor?: Cursor) =>
  request('GET', '/apps/{app_id}/connections/{socket_id}', { path: { app_id, socket_id }, query: { cursor } });

export const fetchTimeline = (app_id: string, socket_id: string) =>
  request('GET', '/apps/{app_id}/connections/{socket_id}/timeline', { path: { app_id, socket_id } });

export const disconnect = (app_id: string, socket_id: string, reconnect: boolean) =>
  request('POST', '/apps/{app_id}/connections/{socket_id}/disconnect', {
    path: { app_id, socket_id },
    body: { reconnect },
  });

export const sendToConnection = (app_id: string, socket_id: string, event: DirectEvent) =>
  request('POST', '/apps/{app_id}/connections/{socket_id}/events', { path: { app_id, socket_id }, body: event });

export const fetchChannels = (app_id: string, prefix: string, cursor: Cursor) =>
  request('GET', '/apps/{app_id}/channels', { path: { app_id }, query: { prefix, cursor } });

export const fetchChannel = (app_id: string, channel: string) =>
  request('GET', '/apps/{app_id}/channels/{channel}', { path: { app_id, channel } });

export const fetchMembers = (app_id: string, channel: string, cursor: Cursor) =>
  request('GET', '/apps/{app_id}/channels/{channel}/members', { path: { app_id, channel }, query: { cursor } });

export const fetchSubscribers = (app_id: string, channel: string, cursor: Cursor) =>
  request('GET', '/apps/{app_id}/channels/{channel}/subscribers', { path: { app_id, channel }, query: { cursor } });

export const fetchUsers = (app_id: string, prefix: string, cursor: Cursor) =>
  request('GET', '/apps/{app_id}/users', { path: { app_id }, query: { prefix, cursor } });

export const fetchUserConnections = (app_id: string, user_id: string, cursor: Cursor) =>
  request('GET', '/apps/{app_id}/users/{user_id}/connections', { path: { app_id, user_id }, query: { cursor } });

export const terminateUser = (app_id: string, user_id: string) =>
  request('POST', '/apps/{app_id}/users/{user_id}/terminate', { path: { app_id, user_id } });
