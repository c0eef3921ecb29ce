import type { ActivityKind } from '../activity/activity';
import { useUrlFilter } from '../filters/use-url-filter';

const NAMES = ['types', 'channel', 'event', 'text', 'source', 'socket_id', 'user_id'] as const;

export type ConsoleFilter = Partial<Record<(typeof NAMES)[number], string>>;

/** The kinds as a person sorts them. */
export const KIND_GROUPS: readonly { label: string; kinds: readonly ActivityKind[] }[] = [
  { label: 'Connections', kinds: ['connected', 'disconnected', 'signed_in'] },
  { label: 'Subscriptions', kinds: ['subscribed', 'unsubscribed'] },
  { label: 'Presence', kinds: ['member_added', 'member_removed'] },
  { label: 'Events', kinds: ['event'] },
  { label: 'Refusals', kinds: ['refused', 'api_refused'] },
  { label: 'Webhooks', kinds: ['webhook_sent', 'webhook_failed'] },
];

export const useConsoleFilter = () => useUrlFilter(NAMES);

const kindsOf = ({ types = '' }: ConsoleFilter) => types.split(',').filter(Boolean);

/** The groups of which kinds are shown: a link may name some of them alone. */
export function chosenGroups(filter: ConsoleFilter): string[] {
  const kinds = kindsOf(filter);
  return KIND_GROUPS.filter((group) => group.kinds.some((kind) => kinds.includes(kind))).map(({ label }) => label);
}

/** None, and all, is no filter. Of a group that was chosen in part before, that part stays chosen. */
export function typesOf(labels: readonly string[], before: ConsoleFilter = {}): string {
  if (labels.length === KIND_GROUPS.length) return '';
  const former = kindsOf(before);
  return KIND_GROUPS.filter(({ label }) => labels.includes(label))
    .flatMap(({ kinds }) => {
      const part = kinds.filter((kind) => former.includes(kind));
      return part.length > 0 ? part : kinds;
    })
    .join(',');
}

/** Whether the filter leaves room for any of these kinds. */
export function shows(filter: ConsoleFilter, ...kinds: ActivityKind[]): boolean {
  const chosen = kindsOf(filter);
  return chosen.length === 0 || kinds.some((kind) => chosen.includes(kind));
}
