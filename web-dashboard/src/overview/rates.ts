import type { Usage } from '../api/usage';
import { COLORS, type ChartData } from '../charts/series';
import { STEP_SECONDS } from '../usage/range';

const rate = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });

/** "0.25", "1,230": messages in a second. */
export const formatRate = (value: number) => rate.format(value);

/**
 * Messages per second, from counts per step. The last step is not over: its count is of the time until now, so that
 * it does not look like a collapse.
 */
export function messagesChart(usage: Usage, nowMs: number): ChartData {
  const seconds = STEP_SECONDS[usage.step];
  const times = usage.points.map(({ at }) => Date.parse(at) / 1000);
  const per = (count: number, index: number) => {
    const elapsed = Math.min(seconds, nowMs / 1000 - (times[index] ?? 0));
    // Clocks differ: in the first second a rate would be anything.
    return count / Math.max(1, elapsed);
  };
  const values = (name: 'messages_in' | 'messages_out') => usage.points.map((point, index) => per(point[name], index));
  const [incoming, outgoing] = [values('messages_in'), values('messages_out')];
  return {
    times,
    format: formatRate,
    series: [
      { label: 'Out', color: COLORS.green, values: outgoing, summary: nowText(outgoing) },
      { label: 'In', color: COLORS.bronze, dashed: true, values: incoming, summary: nowText(incoming) },
    ],
  };
}

const nowText = (values: readonly number[]) => `${formatRate(values.at(-1) ?? 0)} now`;
