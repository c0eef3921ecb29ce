import { address, request } from './request';
import type { AppPatch } from './types';

export const fetchApps = async () => (await request('GET', '/apps')).apps;

export const fetchApp = (app_id: string) => request('GET', '/apps/{app_id}', { path: { app_id } });

export const createApp = (name: string) => request('POST', '/apps', { body: { name } });

export const updateApp = (app_id: string, patch: AppPatch) =>
  request('PATCH', '/apps/{app_id}', { path: { app_id }, body: patch });

export const deleteApp = (app_id: string) => request('DELETE', '/apps/{app_id}', { path: { app_id } });

export const createKey = (app_id: string, label: string) =>
  request('POST', '/apps/{app_id}/keys', { path: { app_id }, body: label === '' ? {} : { label } });

export const deleteKey = (app_id: string, key_id: string) =>
  request('DELETE', '/apps/{app_id}/keys/{key_id}', { path: { app_id, key_id } });

export const revealKey = (app_id: string, key_id: string) =>
  request('POST', '/apps/{app_id}/keys/{key_id}/reveal', { path: { app_id, key_id } });

export interface TestEvent {
  channel: string;
  name: string;
  data: unknown;
}

export const sendEvent = (app_id: string, event: TestEvent) =>
  request('POST', '/apps/{app_id}/events', { path: { app_id }, body: event });

/** The address of the activity stream, for EventSource. */
export const liveUrl = (app_id: string) => address('/apps/{app_id}/live', { path: { app_id } });
