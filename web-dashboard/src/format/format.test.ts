import { describe, expect, it } from 'vitest';
import { formatDuration } from './duration';
import { formatShare } from './percent';
import { formatClock, formatDate, formatUtc } from './time';

describe('formatShare', () => {
  it.each([
    [0, 0, '–'],
    [10, 10, '100 %'],
    [9_999, 10_000, '99.9 %'],
    [99_999, 100_000, '99.9 %'],
    [0, 3, '0 %'],
  ])('%i of %i is %s', (part, whole, text) => expect(formatShare(part, whole)).toBe(text));
});

describe('formatDuration', () => {
  it.each([
    [84, '84 ms'],
    [999.4, '999 ms'],
    [1000, '1 s'],
    [2449, '2.4 s'],
    [30_000, '30 s'],
  ])('%f ms is %s', (ms, text) => expect(formatDuration(ms)).toBe(text));
});

it('gives times in UTC with seconds, wherever the reader is', () => {
  expect(formatUtc('2026-08-01T12:04:05.678+02:00')).toBe('2026-08-01 10:04:05 UTC');
});

it('gives the time of day and the date of that zone too, and never an hour 24', () => {
  const at = Date.parse('2026-08-01T00:04:05Z');
  expect(formatClock(at)).toBe('00:04:05');
  expect(formatDate('2026-08-01T00:00:00Z')).toBe(formatDate('2026-08-01T23:59:59Z'));
});
