import { expect, it } from 'vitest';
import { usage } from '../usage/test-usage';
import { messagesChart } from './rates';

it('measures the step that is not over by the time that has passed', () => {
  const chart = messagesChart(
    usage({ step: 'minute', amounts: [{ messages_out: 120 }, { messages_out: 20 }], from: '2026-08-10T10:00:00Z' }),
    Date.parse('2026-08-10T10:01:10Z'),
  );
  expect(chart.series[0]).toMatchObject({ label: 'Out', values: [2, 2], summary: '2 now' });
});

it('makes no rate up where the clock of this page is behind', () => {
  const chart = messagesChart(
    usage({ step: 'minute', amounts: [{ messages_in: 3 }], from: '2026-08-10T10:00:00Z' }),
    Date.parse('2026-08-10T09:59:00Z'),
  );
  expect(chart.series[1]?.values).toEqual([3]);
});
