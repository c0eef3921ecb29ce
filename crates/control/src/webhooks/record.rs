use std::{fmt, str::FromStr, time::Duration};

use campanile_protocol::{AppId, OccurrenceType, TenantId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sqlx::prelude::FromRow;
use thiserror::Error;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{WebhookError, WebhookHealth, health::Hours};
use crate::{Store, StoreError};

/// An endpoint as its owner sees it; it holds no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookRecord {
    /// Its id.
    pub id: Uuid,
    /// Whose occurrences it hears.
    pub app_id: AppId,
    /// Where it is posted to.
    pub url: String,
    /// What its owner calls it; may be empty.
    pub name: String,
    /// What it wants to hear.
    pub event_types: Vec<OccurrenceType>,
    /// Globs of the channels it hears of; empty for all.
    pub channels: Vec<String>,
    /// Names of its custom headers.
    pub header_names: Vec<String>,
    /// Many events per request instead of one.
    pub batching: bool,
    /// What a batch that keeps failing does to those behind it.
    pub order: DeliveryOrder,
    /// Queues side by side; the events of a channel are always in the same one.
    pub lanes: u8,
    /// How long it may take to answer.
    pub timeout: Duration,
    /// Whether it is posted to.
    pub state: WebhookState,
    /// Why not, when that was not its owner's wish.
    pub disabled_reason: Option<DisabledReason>,
    /// Since when.
    pub state_changed_at: OffsetDateTime,
    /// The first failure since the last success.
    pub failing_since: Option<OffsetDateTime>,
    /// How long the secret before the last rotation signs too.
    pub previous_secret_until: Option<OffsetDateTime>,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// Events it has yet to be told.
    pub pending: u64,
    /// When the oldest of them was recorded.
    pub oldest_pending_at: Option<OffsetDateTime>,
    /// When it is tried next; absent also while a request is under way.
    pub next_attempt_at: Option<OffsetDateTime>,
    /// When it was last tried.
    pub last_attempt_at: Option<OffsetDateTime>,
    /// What it answered then; absent also when it did not answer.
    pub last_status: Option<u16>,
    /// Deliveries that were given up.
    pub dead_letters: u64,
    /// How it did in the last 24 hours.
    pub health: WebhookHealth,
}

/// What a batch that keeps failing does to those behind it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryOrder {
    /// They wait for it, up to 72 hours.
    #[default]
    Strict,
    /// It is set aside after twelve tries.
    Relaxed,
}

/// Whether an endpoint is posted to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WebhookState {
    /// It is.
    Active,
    /// It is not; events are recorded and wait, for as long as events are kept.
    Paused,
    /// It is not, and nothing is recorded for it.
    Disabled,
}

/// Why an endpoint was disabled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DisabledReason {
    /// It answered 410 Gone.
    Gone,
    /// Nothing but failures for five days.
    Failing,
}

/// The text names no [`DeliveryOrder`].
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("unknown order {0:?}: use strict or relaxed")]
pub struct UnknownDeliveryOrder(pub String);

impl DeliveryOrder {
    /// `strict` or `relaxed`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Relaxed => "relaxed",
        }
    }
}

impl FromStr for DeliveryOrder {
    type Err = UnknownDeliveryOrder;

    fn from_str(text: &str) -> Result<Self, UnknownDeliveryOrder> {
        let named = [Self::Strict, Self::Relaxed].into_iter().find(|order| order.as_str() == text);
        named.ok_or_else(|| UnknownDeliveryOrder(text.to_owned()))
    }
}

impl WebhookState {
    /// `active`, `paused` or `disabled`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Disabled => "disabled",
        }
    }

    fn parse(text: &str) -> Self {
        match text {
            "active" => Self::Active,
            "paused" => Self::Paused,
            _ => Self::Disabled,
        }
    }
}

impl fmt::Display for WebhookState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl DisabledReason {
    /// `gone` or `failing`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Failing => "failing",
        }
    }

    fn parse(text: &str) -> Self {
        if text == "gone" { Self::Gone } else { Self::Failing }
    }
}

#[derive(FromRow)]
struct WebhookRow {
    id: Uuid,
    app_id: i64,
    url: String,
    name: String,
    event_types: Vec<String>,
    channels: Vec<String>,
    header_names: Vec<String>,
    batching: bool,
    delivery_order: String,
    lanes: i64,
    timeout_ms: i32,
    state: String,
    disabled_reason: Option<String>,
    state_changed_at: OffsetDateTime,
    failing_since: Option<OffsetDateTime>,
    previous_secret_until: Option<OffsetDateTime>,
    created_at: OffsetDateTime,
    pending: i64,
    oldest_pending_at: Option<OffsetDateTime>,
    next_attempt_at: Option<OffsetDateTime>,
    last_attempt_at: Option<OffsetDateTime>,
    last_status: Option<i32>,
    dead_letters: i64,
}

impl WebhookRow {
    fn into_record(self, health: WebhookHealth) -> Result<WebhookRecord, StoreError> {
        let count = |number: i64| u64::try_from(number).unwrap_or_default();
        Ok(WebhookRecord {
            id: self.id,
            app_id: AppId::from_number(self.app_id).map_err(|_| StoreError::Corrupt("an app id"))?,
            url: self.url,
            name: self.name,
            event_types: parse_types(&self.event_types),
            channels: self.channels,
            header_names: self.header_names,
            batching: self.batching,
            order: self.delivery_order.parse().map_err(|_| StoreError::Corrupt("a delivery order"))?,
            lanes: u8::try_from(self.lanes).unwrap_or(u8::MAX),
            timeout: to_timeout(self.timeout_ms),
            state: WebhookState::parse(&self.state),
            disabled_reason: self.disabled_reason.as_deref().map(DisabledReason::parse),
            state_changed_at: self.state_changed_at,
            failing_since: self.failing_since,
            previous_secret_until: self.previous_secret_until,
            created_at: self.created_at,
            pending: count(self.pending),
            oldest_pending_at: self.oldest_pending_at,
            next_attempt_at: self.next_attempt_at,
            last_attempt_at: self.last_attempt_at,
            last_status: self.last_status.and_then(|status| u16::try_from(status).ok()),
            dead_letters: count(self.dead_letters),
            health,
        })
    }
}

/// The types this release knows.
pub(super) fn parse_types(names: &[String]) -> Vec<OccurrenceType> {
    names.iter().filter_map(|name| name.parse().ok()).collect()
}

pub(super) fn to_timeout(millis: i32) -> Duration {
    Duration::from_millis(u64::try_from(millis).unwrap_or_default())
}

impl Store {
    /// The app's endpoints, oldest first. Listeners are not among them.
    pub async fn list_webhooks(
        &self,
        tenant: TenantId,
        app: AppId,
    ) -> Result<Vec<WebhookRecord>, WebhookError> {
        self.get_app(tenant, app).await?;
        self.read_webhooks(tenant, app, None).await
    }

    /// One endpoint.
    pub async fn get_webhook(
        &self,
        tenant: TenantId,
        app: AppId,
        webhook: Uuid,
    ) -> Result<WebhookRecord, WebhookError> {
        self.read_webhooks(tenant, app, Some(webhook)).await?.pop().ok_or(WebhookError::NotFound)
    }

    async fn read_webhooks(
        &self,
        tenant: TenantId,
        app: AppId,
        webhook: Option<Uuid>,
    ) -> Result<Vec<WebhookRecord>, WebhookError> {
        let mut connection = self.pool.acquire().await?;
        let rows: Vec<WebhookRow> = sqlx::query_as(
            "select w.id, w.app_id, w.url, w.name, w.event_types, w.channels, w.header_names, w.batching,
                 w.delivery_order, w.timeout_ms, w.state, w.disabled_reason, w.state_changed_at,
                 w.failing_since,
                 case when w.previous_secret_until > now() then w.previous_secret_until end
                     as previous_secret_until,
                 w.created_at, lane.*, dead.*
             from webhook_endpoints w
             cross join lateral (
                 select count(*) as lanes, sum(l.head - l.cursor)::bigint as pending,
                     min(e.created_at) as oldest_pending_at,
                     min(l.next_at) filter (where l.cursor < l.head and w.state = 'active'
                         and (l.locked_until is null or l.locked_until <= now())) as next_attempt_at,
                     max(l.last_attempt_at) as last_attempt_at,
                     (array_agg(l.last_status order by l.last_attempt_at desc nulls last))[1] as last_status
                 from webhook_lanes l
                 left join webhook_events e on e.lane_id = l.id and e.seq = l.cursor + 1
                 where l.endpoint_id = w.id
             ) lane
             cross join lateral (
                 select count(*) as dead_letters from webhook_deliveries d
                 where d.endpoint_id = w.id and d.state = 'dead' and d.state <> 'delivered'
             ) dead
             where w.tenant_id = $1 and w.app_id = $2 and ($3::uuid is null or w.id = $3)
               and w.kind = 'webhook'
             order by w.created_at, w.id",
        )
        .bind(tenant.0)
        .bind(app.number())
        .bind(webhook)
        .fetch_all(&mut *connection)
        .await?;
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let hours = Hours::read(&mut connection, tenant.0, &ids).await?;
        let into_record = |row: WebhookRow| {
            let health = hours.of(row.id);
            row.into_record(health)
        };
        Ok(rows.into_iter().map(into_record).collect::<Result<_, _>>()?)
    }
}
