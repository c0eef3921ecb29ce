/** A share as "99.9 %". Never rounded up to all: one failure among very many must stay visible. */
export function formatShare(part: number, whole: number): string {
  if (whole === 0) return '–';
  return `${Math.floor((part / whole) * 1000) / 10} %`;
}
