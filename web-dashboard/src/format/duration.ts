import { formatNumber } from './count';

/** "84 ms", "2.4 s", "30 s". */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return `${formatNumber(Math.round(ms / 100) / 10)} s`;
}
