import { expect, it } from 'vitest';
import { readRange } from './range';

const now = Date.parse('2026-08-10T10:30:00Z');
const read = (address: string) => readRange(new URLSearchParams(address), now, '24h');

it.each([
  ['', '24h', { step: 'hour' }],
  ['range=24h&step=minute', '24h', { step: 'minute', from: '2026-08-09T10:31:00Z' }],
  ['range=1h', '1h', { step: 'minute' }],
  ['range=7d', '7d', { step: 'hour', from: '2026-08-03T11:00:00Z' }],
  ['range=7d&step=day', '7d', { step: 'day', from: '2026-08-04T00:00:00Z' }],
  ['range=30d', '30d', { step: 'day' }],
  ['from=2026-08-01T00:00:00Z&to=2026-08-02T00:00:00Z&step=hour', 'custom', { step: 'hour', from: '2026-08-01T00:00:00Z', to: '2026-08-02T00:00:00Z' }],
])('reads the address ?%s', (address, name, span) => {
  expect(read(address)).toMatchObject({ name, span });
});

it.each([
  ['a range that does not exist', 'range=constructor'],
  ['a step that the range has not', 'step=day'],
  ['an end before the start', 'from=2026-08-02T00:00:00Z&to=2026-08-01T00:00:00Z'],
  ['a time that is none', 'from=yesterday&to=today'],
])('shows the usual range for %s', (_what, address) => {
  expect(read(address)).toEqual({ name: '24h', steps: ['hour', 'minute'], span: { step: 'hour' } });
});

it('offers no steps of which there would be more than the server gives', () => {
  expect(read('from=2026-08-01T00:00:00Z&to=2026-08-03T00:00:00Z&step=minute')).toMatchObject({
    steps: ['hour', 'day'],
    span: { step: 'hour' },
  });
});
