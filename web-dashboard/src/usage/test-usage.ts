import type { Amounts, Limit, Limits, Step, Usage } from '../api/usage';
import { STEP_SECONDS } from './range';

const nothing: Amounts = {
  connections_peak: 0,
  connections_average: 0,
  connection_seconds: 0,
  messages: 0,
  messages_in: 0,
  messages_out: 0,
  api_requests: 0,
  api_messages: 0,
  client_events: 0,
  delivered_events: 0,
  delivered_client_events: 0,
  delivered_presence: 0,
  delivered_cached: 0,
  delivered_counts: 0,
  webhook_requests: 0,
};

interface Wanted {
  step?: Step;
  from?: string;
  amounts?: Partial<Amounts>[];
  total?: Partial<Amounts>;
  warnings?: Usage['warnings'];
}

/** As the server answers. */
export function usage({ step = 'hour', from = '2026-08-10T00:00:00Z', amounts = [{}, {}], total = {}, warnings = [] }: Wanted = {}): Usage {
  const at = (index: number) => new Date(Date.parse(from) + index * STEP_SECONDS[step] * 1000).toISOString();
  return {
    step,
    from,
    to: at(amounts.length),
    total: { ...nothing, ...total },
    points: amounts.map((some, index) => ({ ...nothing, ...some, at: at(index) })),
    warnings,
  };
}

export const limit = (name: string, change: Partial<Limit> = {}): Limit => ({
  name,
  most: null,
  used: null,
  percent: null,
  resets_at: null,
  ...change,
});

export const limits = (change: Partial<Limits> = {}): Limits => ({
  plan: null,
  limits: [],
  apps: [{ app_id: '4821907', name: 'Storefront', limits: [limit('max_connections', { used: 2 })] }],
  warnings: [],
  ...change,
});
