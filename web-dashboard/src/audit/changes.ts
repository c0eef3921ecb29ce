import type { Fields } from '../api/audit';

/** The names of what is on either side, in the order of the alphabet. */
export function changedFields(before: Fields | null, after: Fields | null): string[] {
  return [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])].sort();
}

/** As text: a string as it is, everything else as JSON, and nothing as a dash. */
export function showValue(value: unknown): string {
  if (value === undefined || value === null) return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
