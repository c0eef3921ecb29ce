import type { Query, Schemas } from './operations';
import { request } from './request';

export type AuditEntry = Schemas['EntryReply'];
export type Fields = Record<string, unknown>;

/** Absent is any. Times are RFC 3339: from inclusive, to exclusive. */
export const AUDIT_FILTERS = ['action', 'actor', 'app', 'from', 'to'] as const satisfies (keyof Query<'/audit'>)[];
export type AuditFilter = Pick<Query<'/audit'>, (typeof AUDIT_FILTERS)[number]>;

export const fetchAudit = (filter: AuditFilter, cursor: string | undefined) =>
  request('GET', '/audit', { query: { ...filter, cursor } });
