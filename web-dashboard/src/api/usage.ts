import type { Query, Schemas } from './operations';
import { address, request } from './request';

export const STEPS = ['minute', 'hour', 'day'] as const satisfies Step[];

export type Step = Schemas['Step'];
export type Amounts = Schemas['Amounts'];
export type Usage = Schemas['UsageReply'];
/** A limit that was nearly (80 %), or wholly, used up. */
export type LimitWarning = Schemas['Warning'];
export type Limit = Schemas['LimitReply'];
export type AppLimits = Schemas['AppLimits'];
export type Limits = Schemas['LimitsReply'];

/** Which time, in which steps. What is absent the server chooses: until now, and as long as suits the step. */
export type UsageSpan = Pick<Query<'/usage'>, 'from' | 'to'> & { step: Step };

/** An app's usage, or with null the whole organisation's. */
export const fetchUsage = (app_id: string | null, query: UsageSpan) =>
  app_id === null
    ? request('GET', '/usage', { query })
    : request('GET', '/apps/{app_id}/usage', { path: { app_id }, query });

/** The address of the same figures for a spreadsheet. */
export function usageCsvUrl(app_id: string | null, span: UsageSpan): string {
  const query = { ...span, format: 'csv' as const };
  return app_id === null
    ? address('/usage', { query })
    : address('/apps/{app_id}/usage', { path: { app_id }, query });
}

export const fetchLimits = () => request('GET', '/limits');
