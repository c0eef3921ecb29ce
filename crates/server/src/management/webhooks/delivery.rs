use std::collections::BTreeMap;

use campanile_control::{
    AttemptOutcome, AttemptRecord, DeliveredEvent, Delivery, DeliveryDetail, DeliveryState,
};
use schemars::JsonSchema;
use serde::Serialize;
use time::{OffsetDateTime, serde::rfc3339};
use uuid::Uuid;

use super::endpoint::milliseconds;
use crate::openapi::Timestamp;

/// One request as it was sent, however often.
#[derive(Serialize, JsonSchema)]
pub(super) struct DeliveryReply {
    id: Uuid,
    state: DeliveryState,
    attempts: u32,
    replays: u32,
    #[serde(with = "rfc3339")]
    #[schemars(with = "Timestamp")]
    first_at: OffsetDateTime,
    #[serde(with = "rfc3339")]
    #[schemars(with = "Timestamp")]
    last_at: OffsetDateTime,
    last_status: Option<u16>,
    last_error: Option<String>,
    duration_ms: u64,
    lane: u8,
    first_seq: u64,
    last_seq: u64,
    event_count: u64,
    events: Vec<EventReply>,
}

#[derive(Serialize, JsonSchema)]
struct EventReply {
    seq: u64,
    id: Uuid,
    name: String,
    channel: Option<String>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct DetailReply {
    #[serde(flatten)]
    delivery: DeliveryReply,
    /// The exact bytes; absent when its events have expired.
    body: Option<String>,
    attempts_list: Vec<AttemptReply>,
}

#[derive(Serialize, JsonSchema)]
struct AttemptReply {
    attempt: u32,
    /// 0 for the original.
    replay: u32,
    #[serde(with = "rfc3339")]
    #[schemars(with = "Timestamp")]
    at: OffsetDateTime,
    status: Option<u16>,
    duration_ms: u64,
    error: Option<String>,
    outcome: AttemptOutcome,
    request_headers: BTreeMap<String, String>,
    response_headers: BTreeMap<String, String>,
    response_excerpt: Option<String>,
}

impl From<Delivery> for DeliveryReply {
    fn from(delivery: Delivery) -> Self {
        Self {
            id: delivery.id,
            state: delivery.state,
            attempts: delivery.attempts,
            replays: delivery.replays,
            first_at: delivery.first_at,
            last_at: delivery.last_at,
            last_status: delivery.last_status,
            last_error: delivery.last_error,
            duration_ms: milliseconds(delivery.duration),
            lane: delivery.lane,
            first_seq: delivery.first_seq,
            last_seq: delivery.last_seq,
            event_count: delivery.event_count,
            events: delivery.events.into_iter().map(EventReply::from).collect(),
        }
    }
}

impl From<DeliveredEvent> for EventReply {
    fn from(event: DeliveredEvent) -> Self {
        Self { seq: event.seq, id: event.id, name: event.name, channel: event.channel }
    }
}

impl From<DeliveryDetail> for DetailReply {
    fn from(detail: DeliveryDetail) -> Self {
        Self {
            delivery: detail.delivery.into(),
            body: detail.body,
            attempts_list: detail.attempts.into_iter().map(AttemptReply::from).collect(),
        }
    }
}

impl From<AttemptRecord> for AttemptReply {
    fn from(record: AttemptRecord) -> Self {
        Self {
            attempt: record.attempt,
            replay: record.replay,
            at: record.at,
            status: record.status,
            duration_ms: milliseconds(record.duration),
            error: record.error,
            outcome: record.outcome,
            request_headers: record.request_headers,
            response_headers: record.response_headers,
            response_excerpt: record.response_excerpt,
        }
    }
}
