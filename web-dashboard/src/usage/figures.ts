import type { Amounts, Usage } from '../api/usage';
import { COLORS, type ChartData, type Series } from '../charts/series';
import { formatNumber } from '../format/count';

type Line = [name: keyof Amounts, label: string, color: Series['color'], dashed?: boolean];

/** What comes in, each kind by itself. */
const IN: readonly Line[] = [
  ['api_messages', 'From servers', COLORS.green],
  ['client_events', 'From clients', COLORS.bronze, true],
];

/** What goes out, each kind by itself. */
const OUT: readonly Line[] = [
  ['delivered_events', 'Events', COLORS.green],
  ['delivered_client_events', 'Client events', COLORS.bronze, true],
  ['delivered_presence', 'Members', COLORS.blue],
  ['delivered_cached', 'Cached events', COLORS.purple, true],
  ['delivered_counts', 'Counts', COLORS.gray],
];

const CONNECTIONS: readonly Line[] = [
  ['connections_peak', 'Peak', COLORS.green],
  ['connections_average', 'Average', COLORS.bronze, true],
];

const WEBHOOKS: readonly Line[] = [['webhook_requests', 'Requests', COLORS.green]];

/** The charts of some usage. */
export const connectionsChart = (usage: Usage) => chart(usage, CONNECTIONS);
export const messagesInChart = (usage: Usage) => chart(usage, IN);
export const messagesOutChart = (usage: Usage) => chart(usage, OUT);
export const webhooksChart = (usage: Usage) => chart(usage, WEBHOOKS);

function chart({ points, total }: Usage, lines: readonly Line[]): ChartData {
  const series = lines.map(([name, label, color, dashed = false]) => ({
    label,
    color,
    dashed,
    values: points.map((point) => point[name]),
    summary: formatNumber(total[name]),
  }));
  return { times: points.map(({ at }) => Date.parse(at) / 1000), series, format: formatNumber };
}
