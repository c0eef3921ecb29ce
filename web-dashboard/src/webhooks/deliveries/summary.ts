import type { Delivery } from '../../api/delivery-types';
import { count } from '../../format/count';

/** "member_added ×3, channel_occupied, 12 more": the events of a batch by name. */
export function eventSummary({ events, event_count }: Delivery): string {
  const amounts = new Map<string, number>();
  for (const { name } of events) amounts.set(name, (amounts.get(name) ?? 0) + 1);
  const parts = [...amounts].map(([name, amount]) => (amount === 1 ? name : `${name} ×${amount}`));
  const rest = event_count - events.length;
  if (rest > 0) parts.push(parts.length === 0 ? count(rest, 'event') : `${rest} more`);
  return parts.join(', ');
}

/** The first channels of a batch, and how many others are known of. */
export function channelSummary({ events }: Delivery): string {
  const channels = [...new Set(events.flatMap(({ channel }) => (channel === null ? [] : [channel])))];
  if (channels.length === 0) return 'no channel';
  const shown = channels.slice(0, 2).join(', ');
  return channels.length > 2 ? `${shown} +${channels.length - 2}` : shown;
}

/** "118" or "118–120". */
export const seqSummary = ({ first_seq, last_seq }: Delivery) =>
  first_seq === last_seq ? String(first_seq) : `${first_seq}–${last_seq}`;

/** "3 attempts · 1 replay". */
export function attemptSummary({ attempts, replays }: Delivery): string {
  const tried = count(attempts, 'attempt');
  return replays === 0 ? tried : `${tried} · ${count(replays, 'replay')}`;
}
