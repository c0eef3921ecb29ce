import { describe, expect, it } from 'vitest';
import { webhook } from '../test-endpoint';
import { noticeText } from './notice-text';
import { standingOf } from './standing';

const now = Date.parse('2026-08-01T12:00:00Z');
const disabled = { state: 'disabled', state_changed_at: '2026-08-01T10:00:00Z' } as const;

describe('noticeText', () => {
  it('says nothing when all is well', () => {
    expect(noticeText(webhook(), now)).toBeNull();
  });

  it('says why an endpoint was disabled, what is kept, and what to do', () => {
    expect(noticeText(webhook({ ...disabled, disabled_reason: 'gone' }), now)).toEqual({
      tone: 'red',
      title: 'Disabled: your server answered 410 Gone',
      detail:
        'It did so at 2026-08-01 10:00:00 UTC (2 hours ago). Nothing is recorded meanwhile. Nothing is waiting. Resume to enable it again from then on.',
    });
    const failing = { ...disabled, disabled_reason: 'failing', failing_since: '2026-07-27T10:00:00Z', pending: 3 } as const;
    expect(noticeText(webhook(failing), now)).toEqual({
      tone: 'red',
      title: 'Disabled after 5 days of nothing but failures',
      detail:
        'It was disabled at 2026-08-01 10:00:00 UTC (2 hours ago). Every attempt since 2026-07-27 10:00:00 UTC failed. Nothing is recorded meanwhile. 3 events are kept. Resume to enable it again from then on.',
    });
    expect(noticeText(webhook(disabled), now)?.title).toBe('Disabled');
  });

  it('says that a paused one loses nothing', () => {
    const paused = webhook({ state: 'paused', state_changed_at: '2026-08-01T11:59:00Z', pending: 1 });
    expect(noticeText(paused, now)).toEqual({
      tone: 'gray',
      title: 'Paused since 2026-08-01 11:59:00 UTC (1 minute ago)',
      detail: 'Events are still recorded and wait. 1 event is kept. Resume to deliver them in order.',
    });
  });

  it('says since when one fails, when it is tried next, and when it would be given up', () => {
    const failing = { failing_since: '2026-08-01T11:00:00Z', last_status: 503, next_attempt_at: '2026-08-01T12:10:00Z' };
    expect(noticeText(webhook(failing), now)).toEqual({
      tone: 'orange',
      title: 'Failing since 2026-08-01 11:00:00 UTC (1 hour ago)',
      detail: 'The last answer was 503. Next attempt in 10 minutes. If nothing succeeds before 2026-08-06 11:00:00 UTC, it is disabled.',
    });
    const due = { ...failing, last_status: null, next_attempt_at: '2026-08-01T11:59:59Z' };
    expect(noticeText(webhook(due), now)?.detail).toContain(
      'The last attempt got no answer. The next attempt is due now.',
    );
    expect(noticeText(webhook({ ...failing, next_attempt_at: null }), now)?.detail).not.toContain('ext attempt');
  });
});

it.each([
  ['ok', {}],
  ['retrying', { failing_since: '2026-08-01T11:00:00Z' }],
  ['paused', { state: 'paused', failing_since: '2026-08-01T11:00:00Z' }],
  ['disabled', { state: 'disabled' }],
  ['untried', { last_attempt_at: null }],
] as const)('an endpoint can be %s', (standing, change) => {
  expect(standingOf(webhook(change))).toBe(standing);
});
