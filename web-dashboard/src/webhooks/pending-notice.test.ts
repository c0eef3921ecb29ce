import { expect, it } from 'vitest';
import { pendingDetail } from './pending-notice';

const now = Date.parse('2025-03-01T10:00:00Z');
const log = { pending: 2, deliveries: [], oldest_pending_at: '2025-03-01T09:58:00Z' };

it('says when the next attempt is, and how old the oldest is', () => {
  expect(pendingDetail({ ...log, next_attempt_at: '2025-03-01T10:00:42Z' }, now)).toBe(
    'Next attempt in 42 seconds. The oldest is from 2 minutes ago.',
  );
});

it('does not announce an attempt in the past', () => {
  expect(pendingDetail({ ...log, next_attempt_at: '2025-03-01T09:59:00Z' }, now)).toContain('due now');
});
