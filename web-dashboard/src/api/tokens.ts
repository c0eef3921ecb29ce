import type { Body, Schemas } from './operations';
import { request } from './request';

export type Token = Schemas['TokenReply'];
export type TokenScope = Schemas['TokenScope'];

export const TOKEN_SCOPES = [
  'read',
  'payloads',
  'write',
  'secrets',
  'publish',
  'listen',
] as const satisfies TokenScope[];

export const fetchTokens = async () => (await request('GET', '/tokens')).tokens;

/** The only answer that holds the token itself. */
export const createToken = (body: Body<'POST', '/tokens'>) => request('POST', '/tokens', { body });

export const deleteToken = (token_id: string) => request('DELETE', '/tokens/{token_id}', { path: { token_id } });
