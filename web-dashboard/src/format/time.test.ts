import { expect, it } from 'vitest';
import { formatRelative } from './time';

const now = Date.parse('2025-03-01T10:00:00Z');

it.each([
  ['2025-03-01T10:00:12Z', 'in 12 seconds'],
  ['2025-03-01T09:57:30Z', '2 minutes ago'],
  ['2025-03-01T15:00:00Z', 'in 5 hours'],
  ['2025-02-26T09:00:00Z', '3 days ago'],
  ['2025-03-01T10:00:00.200Z', 'now'],
])('%s is %s', (iso, expected) => {
  expect(formatRelative(iso, now)).toBe(expected);
});
