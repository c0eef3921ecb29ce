import type { Query, Schemas } from './operations';

export const DELIVERY_STATES = ['delivered', 'retrying', 'dead', 'discarded'] as const satisfies DeliveryState[];

export type DeliveryState = Schemas['DeliveryState'];
/** One batch as it is posted, again with every attempt and replay. */
export type Delivery = Schemas['DeliveryReply'];
export type DeliveryDetail = Schemas['DetailReply'];
export type DeliveryPage = Schemas['PageReply'];
export type Attempt = Schemas['AttemptReply'];
export type DeliveryFilter = Pick<
  Query<'/apps/{app_id}/webhooks/{webhook_id}/deliveries'>,
  'state' | 'channel' | 'from' | 'to'
>;
/** One of the two ways that the server takes. */
export type ReplayRange = { from: string; to: string } | { failed_since: string };
export type ReplayAnswer = Schemas['ReplayedReply'];
export type Lane = Schemas['LaneReply'];
export type Queue = Schemas['QueueReply'];
export type Verdict = Schemas['CheckReply'];
