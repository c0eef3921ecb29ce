const number = new Intl.NumberFormat('en');

/** "2,000". */
export const formatNumber = (value: number) => number.format(value);

/** "1 connection", "2,000 connections". */
export function count(amount: number, singular: string, plural = `${singular}s`): string {
  return `${number.format(amount)} ${amount === 1 ? singular : plural}`;
}

const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** "12.3K", for where there is little room. */
export const formatCompact = (value: number) => compact.format(value);
