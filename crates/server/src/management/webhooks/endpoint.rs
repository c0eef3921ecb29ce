use std::time::Duration;

use campanile_control::{
    DeliveryOrder, DisabledReason, HealthHour, WebhookHealth, WebhookRecord, WebhookState,
};
use campanile_protocol::OccurrenceType;
use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use time::{OffsetDateTime, serde::rfc3339};
use uuid::Uuid;

use crate::openapi::Timestamp;

/// An endpoint as its owner sees it: with how it is, without anything secret.
#[derive(Serialize, JsonSchema)]
pub(super) struct EndpointReply {
    id: Uuid,
    url: String,
    name: String,
    event_types: Vec<OccurrenceType>,
    channels: Vec<String>,
    header_names: Vec<String>,
    batching: bool,
    order: DeliveryOrder,
    lanes: u8,
    timeout_ms: u64,
    state: WebhookState,
    disabled_reason: Option<DisabledReason>,
    #[serde(with = "rfc3339")]
    #[schemars(with = "Timestamp")]
    state_changed_at: OffsetDateTime,
    #[serde(with = "rfc3339::option")]
    #[schemars(with = "Option<Timestamp>")]
    failing_since: Option<OffsetDateTime>,
    #[serde(with = "rfc3339::option")]
    #[schemars(with = "Option<Timestamp>")]
    previous_secret_until: Option<OffsetDateTime>,
    #[serde(with = "rfc3339")]
    #[schemars(with = "Timestamp")]
    created_at: OffsetDateTime,
    pending: u64,
    #[serde(with = "rfc3339::option")]
    #[schemars(with = "Option<Timestamp>")]
    oldest_pending_at: Option<OffsetDateTime>,
    #[serde(with = "rfc3339::option")]
    #[schemars(with = "Option<Timestamp>")]
    next_attempt_at: Option<OffsetDateTime>,
    #[serde(with = "rfc3339::option")]
    #[schemars(with = "Option<Timestamp>")]
    last_attempt_at: Option<OffsetDateTime>,
    last_status: Option<u16>,
    dead_letters: u64,
    health: HealthReply,
}

/// A new endpoint.
#[derive(Serialize, JsonSchema)]
pub(super) struct CreatedEndpointReply {
    #[serde(flatten)]
    endpoint: EndpointReply,
    /// What its requests are signed with: shown this once.
    signing_secret: String,
}

/// The last 24 hours.
#[derive(Serialize, JsonSchema)]
struct HealthReply {
    delivered: u64,
    failed: u64,
    p95_ms: Option<u64>,
    hours: Vec<HourReply>,
}

#[derive(Serialize, JsonSchema)]
struct HourReply {
    #[serde(with = "rfc3339")]
    #[schemars(with = "Timestamp")]
    at: OffsetDateTime,
    delivered: u64,
    failed: u64,
}

impl CreatedEndpointReply {
    pub(super) fn new(record: WebhookRecord, secret: &SecretString) -> Self {
        Self { endpoint: record.into(), signing_secret: secret.expose_secret().to_owned() }
    }
}

impl From<WebhookRecord> for EndpointReply {
    fn from(record: WebhookRecord) -> Self {
        Self {
            id: record.id,
            url: record.url,
            name: record.name,
            event_types: record.event_types,
            channels: record.channels,
            header_names: record.header_names,
            batching: record.batching,
            order: record.order,
            lanes: record.lanes,
            timeout_ms: milliseconds(record.timeout),
            state: record.state,
            disabled_reason: record.disabled_reason,
            state_changed_at: record.state_changed_at,
            failing_since: record.failing_since,
            previous_secret_until: record.previous_secret_until,
            created_at: record.created_at,
            pending: record.pending,
            oldest_pending_at: record.oldest_pending_at,
            next_attempt_at: record.next_attempt_at,
            last_attempt_at: record.last_attempt_at,
            last_status: record.last_status,
            dead_letters: record.dead_letters,
            health: record.health.into(),
        }
    }
}

impl From<WebhookHealth> for HealthReply {
    fn from(health: WebhookHealth) -> Self {
        Self {
            delivered: health.delivered,
            failed: health.failed,
            p95_ms: health.p95.map(milliseconds),
            hours: health.hours.into_iter().map(HourReply::from).collect(),
        }
    }
}

impl From<HealthHour> for HourReply {
    fn from(hour: HealthHour) -> Self {
        Self { at: hour.at, delivered: hour.delivered, failed: hour.failed }
    }
}

pub(super) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
