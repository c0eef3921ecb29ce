import { formatNumber } from '../format/count';

/** "12 /s", "0.4 /s": what is rare must not look like nothing. */
export const perSecond = (rate: number) => `${rate >= 10 ? formatNumber(Math.round(rate)) : trimmed(rate)} /s`;

/** "62 %", "0.4 %". */
export const percent = (value: number) => `${value >= 10 ? Math.round(value) : trimmed(value)} %`;

const trimmed = (value: number) => (value > 0 && value < 0.05 ? '<0.1' : String(Math.round(value * 10) / 10));

const UNITS = ['B', 'KiB', 'MiB', 'GiB'];

/** "1.5 MiB". */
export function bytes(size: number): string {
  const step = size < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(size) / 10));
  return `${Math.round((size / 1024 ** step) * 10) / 10} ${UNITS[step]}`;
}
