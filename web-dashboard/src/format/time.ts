// All in UTC, as the server's log and the figures are: people in two places compare the same numbers.
const dateOnly = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeZone: 'UTC' });
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'always' });

export const formatDate = (iso: string) => dateOnly.format(new Date(iso));

/** Time of day in UTC with seconds, for feeds where the date is obvious; their heading says the zone. */
export const formatClock = (epochMs: number) => new Date(epochMs).toISOString().slice(11, 19);

/** "2026-08-01 10:04:05 UTC": what is compared with a server's log. */
export const formatUtc = (iso: string) => `${new Date(iso).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];

/** "in 12 seconds", "3 minutes ago", "now". */
export function formatRelative(iso: string, nowMs: number): string {
  const seconds = Math.round((Date.parse(iso) - nowMs) / 1000);
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit);
  }
  return 'now';
}
