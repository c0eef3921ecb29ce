import type { Body, Query, Schemas } from './operations';
import { request } from './request';

export type TenantRow = Schemas['TenantRow'];
export type TenantLoad = Schemas['LoadReply'];
export type TenantDetail = Schemas['OperatorTenantReply'];
export type OwnLimits = Schemas['OwnLimits'];
export type Plan = Schemas['PlanReply'];
export type TermsChange = Body<'PATCH', '/operator/tenants/{tenant_id}'>;
export type OperatedNode = Schemas['NodeReply'];
export type Drain = Schemas['DrainReply'];
export type Queues = Schemas['QueuesReply'];
export type WaitingMail = Schemas['MailReply'];
export type OperatorEntry = Schemas['OperatorEntryReply'];

/** By what organisations are compared. */
export const MEASURES = ['share', 'throttled', 'backlog', 'webhooks', 'connections'] as const satisfies Measure[];
export type Measure = NonNullable<Query<'/operator/neighbours'>['by']>;

export const fetchTenants = (search: string, cursor: string | undefined) =>
  request('GET', '/operator/tenants', { query: { search, cursor } });

export const fetchTenant = (tenant_id: string) =>
  request('GET', '/operator/tenants/{tenant_id}', { path: { tenant_id } });

export const fetchPlans = () => request('GET', '/operator/plans');

export const changeTerms = (tenant_id: string, body: TermsChange) =>
  request('PATCH', '/operator/tenants/{tenant_id}', { path: { tenant_id }, body });

export const suspendTenant = (tenant_id: string, reason: string) =>
  request('POST', '/operator/tenants/{tenant_id}/suspend', { path: { tenant_id }, body: { reason } });

export const resumeTenant = (tenant_id: string) =>
  request('POST', '/operator/tenants/{tenant_id}/resume', { path: { tenant_id } });

export const fetchNeighbours = (by: Measure) => request('GET', '/operator/neighbours', { query: { by } });

export const fetchNodes = () => request('GET', '/operator/nodes');

export const beginDrain = (node_id: string, connections_per_second: number) =>
  request('POST', '/operator/nodes/{node_id}/drain', { path: { node_id }, body: { connections_per_second } });

export const cancelDrain = (node_id: string) =>
  request('DELETE', '/operator/nodes/{node_id}/drain', { path: { node_id } });

export const fetchQueues = () => request('GET', '/operator/queues');

export const retryMail = (mail_id: string) =>
  request('POST', '/operator/mails/{mail_id}/retry', { path: { mail_id } });

export const fetchOperatorLog = (tenant: string, cursor: string | undefined) =>
  request('GET', '/operator/log', { query: { tenant, cursor } });
