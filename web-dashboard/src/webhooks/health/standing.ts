import type { Webhook } from '../../api/webhook-types';

/** How an endpoint stands, in one word. `untried` says honestly that nothing is known yet. */
export type Standing = 'ok' | 'retrying' | 'paused' | 'disabled' | 'untried';

export function standingOf({ state, failing_since, last_attempt_at }: Webhook): Standing {
  if (state !== 'active') return state;
  if (failing_since !== null) return 'retrying';
  return last_attempt_at === null ? 'untried' : 'ok';
}
