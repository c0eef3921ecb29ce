import type { FieldErrors } from '../../api/api-error';
import type { Webhook, WebhookEventType, WebhookOrder, WebhookPatch } from '../../api/webhook-types';
import { DEFAULT_EVENT_TYPES } from './event-types';
import { rowsError, toHeaders, type HeaderRow } from './header-rows';

/** What the inputs hold, by the names the server uses. An empty number is text. */
export type EndpointValues = {
  url: string;
  name: string;
  event_types: string[];
  channels: string[];
  batching: boolean;
  order: string;
  lanes: number | string;
  timeout_ms: number | string;
  /** Null leaves them as they are: their values are known to the server alone. */
  headers: HeaderRow[] | null;
};

export const NEW_ENDPOINT: EndpointValues = {
  url: '',
  name: '',
  event_types: [...DEFAULT_EVENT_TYPES],
  channels: [],
  batching: true,
  order: 'strict',
  lanes: 1,
  timeout_ms: 10_000,
  headers: [],
};

export const valuesOf = (webhook: Webhook): EndpointValues => ({
  url: webhook.url,
  name: webhook.name,
  event_types: webhook.event_types,
  channels: webhook.channels,
  batching: webhook.batching,
  order: webhook.order,
  lanes: webhook.lanes,
  timeout_ms: webhook.timeout_ms,
  headers: null,
});

export const checkValues = ({ headers }: EndpointValues): FieldErrors => {
  const error = headers === null ? null : rowsError(headers);
  return error === null ? {} : { headers: error };
};

type Body = Required<Omit<WebhookPatch, 'headers'>> & Pick<WebhookPatch, 'headers'>;

export function toBody(values: EndpointValues): Body {
  const { url, name, channels, batching, headers } = values;
  return {
    url: url.trim(),
    name: name.trim(),
    event_types: values.event_types as WebhookEventType[],
    channels,
    batching,
    order: values.order as WebhookOrder,
    timeout_ms: Number(values.timeout_ms),
    ...(headers !== null && { headers: toHeaders(headers) }),
  };
}

/** Only what differs, so that two people who edit at once do not undo each other. */
export function changesOf(values: EndpointValues, initial: EndpointValues): WebhookPatch {
  const before: Record<string, unknown> = toBody(initial);
  const changed = Object.entries(toBody(values)).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name]),
  );
  return Object.fromEntries(changed);
}
