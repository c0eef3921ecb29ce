import type { Headers } from '../../api/webhook-types';

/** A custom header while it is typed. The key is for the page alone. */
export interface HeaderRow {
  key: number;
  name: string;
  value: string;
}

export const emptyRow = (rows: readonly HeaderRow[], name = ''): HeaderRow => ({
  key: 1 + Math.max(0, ...rows.map(({ key }) => key)),
  name,
  value: '',
});

/** Rows left wholly empty count for nothing. */
export const toHeaders = (rows: readonly HeaderRow[]): Headers =>
  Object.fromEntries(filled(rows).map(({ name, value }) => [name.trim(), value]));

/** What could not be sent at all; every other rule is the server's. */
export function rowsError(rows: readonly HeaderRow[]): string | null {
  const names = filled(rows).map(({ name }) => name.trim().toLowerCase());
  if (names.includes('')) return 'Give each value a name, or remove the row.';
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return twice === undefined ? null : `“${twice}” is there twice.`;
}

const filled = (rows: readonly HeaderRow[]) => rows.filter(({ name, value }) => name.trim() !== '' || value !== '');
