const DAY_SECONDS = 86_400;
const day = new Intl.DateTimeFormat('en', { month: 'short', day: 'numeric', timeZone: 'UTC' });
const clock = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: 'UTC' });

/** Under an axis: the time of day, or at midnight and in longer steps the day; in UTC. */
export function formatTick(seconds: number, stepSeconds: number): string {
  const isDay = stepSeconds >= DAY_SECONDS || seconds % DAY_SECONDS === 0;
  return (isDay ? day : clock).format(new Date(seconds * 1000));
}

/** "2026-08-01 10:04": when a point begins, in UTC. */
export const formatPointTime = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ');
