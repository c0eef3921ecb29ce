import type { Headers } from './webhook-types';

export const DELIVERY_STATES = ['delivered', 'retrying', 'dead', 'discarded'] as const;

export type DeliveryState = (typeof DELIVERY_STATES)[number];

export interface DeliveredEvent {
  seq: number;
  id: string;
  name: string;
  /** Null for events that concern no channel. */
  channel: string | null;
}

/** One batch as it is posted, again with every attempt and replay. */
export interface Delivery {
  /** The `webhook-id` header. */
  id: string;
  state: DeliveryState;
  attempts: number;
  replays: number;
  first_at: string;
  last_at: string;
  last_status: number | null;
  last_error: string | null;
  duration_ms: number | null;
  lane: number;
  first_seq: number;
  last_seq: number;
  event_count: number;
  /** The first ten. */
  events: DeliveredEvent[];
}

export interface Attempt {
  attempt: number;
  /** 0 for the original delivery, then the number of the replay. */
  replay: number;
  at: string;
  status: number | null;
  duration_ms: number;
  error: string | null;
  outcome: 'delivered' | 'failed' | 'dead';
  /** Values of custom headers are masked. */
  request_headers: Headers;
  response_headers: Headers;
  response_excerpt: string | null;
}

export interface DeliveryDetail extends Delivery {
  /** Exactly the bytes sent; null when the events have expired. */
  body: string | null;
  attempts_list: Attempt[];
}

export interface DeliveryPage {
  deliveries: Delivery[];
  next_cursor: string | null;
}

export interface DeliveryFilter {
  state?: DeliveryState;
  channel?: string;
  from?: string;
  to?: string;
}

export type ReplayRange = { from: string; to: string } | { failed_since: string };

export interface ReplayAnswer {
  deliveries: number;
  /** There were more than are replayed at once. */
  is_truncated?: boolean;
}

export interface WaitingEvent {
  seq: number;
  id: string;
  name: string;
  channel: string | null;
  occurred_at: string;
}

export interface Lane {
  n: number;
  head: number;
  cursor: number;
  pending: number;
  /** The batch that is tried again, before everything else in the lane. */
  blocked_by: Delivery | null;
  next_attempt_at: string | null;
  /** The first of them, in order. */
  waiting: WaitingEvent[];
}

export interface Queue {
  lanes: Lane[];
  /** Replays that wait beside the lanes. */
  replays: number;
}

export interface Verdict {
  valid: boolean;
  reason: string | null;
  /** What the endpoint's own secret would give. */
  expected: string | null;
}

export interface Verification {
  pusher: Verdict;
  standard: Verdict;
}
