import type { Body, Schemas } from './operations';
import { request } from './request';

export type AuthFinding = Schemas['Finding'];
export type AuthTestResult = Schemas['AuthTestReply'];
type AuthTest = Body<'POST', '/apps/{app_id}/auth-endpoint-test'>;

/** Calls the endpoint as a client would, and explains the answer. */
export const testAuthEndpoint = (app_id: string, test: AuthTest) =>
  request('POST', '/apps/{app_id}/auth-endpoint-test', { path: { app_id }, body: test });
