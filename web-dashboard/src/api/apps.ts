import { path, request } from './request';
import type { App, AppKey, AppPatch, RevealedKey } from './types';

export const fetchApps = async () => (await request<{ apps: App[] }>('GET', '/apps')).apps;

export const fetchApp = (appId: string) => request<App>('GET', path('apps', appId));

export const createApp = (name: string) => request<App>('POST', '/apps', { name });

export const updateApp = (appId: string, patch: AppPatch) => request<App>('PATCH', path('apps', appId), patch);

export const deleteApp = (appId: string) => request<void>('DELETE', path('apps', appId));

export const createKey = (appId: string, label: string) =>
  request<AppKey>('POST', path('apps', appId, 'keys'), label === '' ? {} : { label });

export const deleteKey = (appId: string, keyId: string) => request<void>('DELETE', path('apps', appId, 'keys', keyId));

export const revealKey = (appId: string, keyId: string) =>
  request<RevealedKey>('POST', path('apps', appId, 'keys', keyId, 'reveal'));

export interface TestEvent {
  channel: string;
  name: string;
  data: unknown;
}

export const sendEvent = (appId: string, event: TestEvent) =>
  request<{ subscribers: number }>('POST', path('apps', appId, 'events'), event);

/** The address of the activity stream, for EventSource. */
export const liveUrl = (appId: string) => `/api/v1${path('apps', appId, 'live')}`;
