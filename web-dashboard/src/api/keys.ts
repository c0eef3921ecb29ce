import type { Schemas } from './operations';
import { request } from './request';

export type KeyImpact = Schemas['ImpactReply'];

export const labelKey = (app_id: string, key_id: string, label: string) =>
  request('PATCH', '/apps/{app_id}/keys/{key_id}', { path: { app_id, key_id }, body: { label } });

export const rotateKey = (app_id: string, key_id: string, expires_in: number) =>
  request('POST', '/apps/{app_id}/keys/{key_id}/rotate', { path: { app_id, key_id }, body: { expires_in } });

/** What revoking it would do now. */
export const fetchImpact = (app_id: string, key_id: string) =>
  request('GET', '/apps/{app_id}/keys/{key_id}/impact', { path: { app_id, key_id } });
