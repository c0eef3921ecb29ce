use std::time::Duration;

use campanile_protocol::{AppId, TenantId};
use sqlx::{prelude::FromRow, types::Json};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{Store, StoreError, WebhookError};

/// How an endpoint is doing.
#[derive(Clone, Debug)]
pub struct Deliveries {
    /// Events it has yet to be told.
    pub pending: u64,
    /// When the oldest of them was recorded.
    pub oldest_pending_at: Option<OffsetDateTime>,
    /// When it is tried next, if anything is pending and it is active.
    pub next_attempt_at: Option<OffsetDateTime>,
    /// Tries of the last days, newest first.
    pub attempts: Vec<Delivery>,
}

/// One try of one batch.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The batch's id, the same at each try: the header `webhook-id`.
    pub id: Uuid,
    /// Which try, from 1.
    pub attempt: u32,
    /// When it began.
    pub at: OffsetDateTime,
    /// How long it took.
    pub duration: Duration,
    /// What the endpoint answered, if it did.
    pub status: Option<u16>,
    /// Why it failed.
    pub error: Option<String>,
    /// The beginning of the answer: foreign text, never to be shown as markup.
    pub response_excerpt: Option<String>,
    /// Whether the endpoint has it.
    pub delivered: bool,
    /// Whether it was the last try, and failed.
    pub dropped: bool,
    /// What was in it, as long as events are kept.
    pub events: Vec<DeliveredEvent>,
    /// How many events were in it.
    pub event_count: u64,
}

/// What one event of a batch was about.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
pub struct DeliveredEvent {
    /// Its type's name.
    pub name: String,
    /// Its channel.
    pub channel: String,
}

#[derive(FromRow)]
struct StandingRow {
    pending: i64,
    oldest_pending_at: Option<OffsetDateTime>,
    next_attempt_at: Option<OffsetDateTime>,
}

#[derive(FromRow)]
struct AttemptRow {
    batch_id: Uuid,
    attempt: i32,
    at: OffsetDateTime,
    duration_ms: i32,
    status: Option<i32>,
    error: Option<String>,
    response_excerpt: Option<String>,
    outcome: String,
    event_count: i64,
    events: Json<Vec<DeliveredEvent>>,
}

impl AttemptRow {
    fn into_delivery(self) -> Delivery {
        Delivery {
            id: self.batch_id,
            attempt: u32::try_from(self.attempt).unwrap_or_default(),
            at: self.at,
            duration: Duration::from_millis(u64::try_from(self.duration_ms).unwrap_or_default()),
            status: self.status.and_then(|status| u16::try_from(status).ok()),
            error: self.error,
            response_excerpt: self.response_excerpt,
            delivered: self.outcome == "delivered",
            dropped: self.outcome == "dropped",
            events: self.events.0,
            event_count: u64::try_from(self.event_count).unwrap_or_default(),
        }
    }
}

impl Store {
    /// The last `limit` tries of an endpoint, and what is yet to come.
    pub async fn list_deliveries(
        &self,
        tenant: TenantId,
        app: AppId,
        webhook: Uuid,
        limit: u32,
    ) -> Result<Deliveries, WebhookError> {
        let standing: Option<StandingRow> = sqlx::query_as(
            "select sum(l.head - l.cursor)::bigint as pending, min(e.created_at) as oldest_pending_at,
                 min(l.next_at) filter (where l.cursor < l.head and w.state = 'active') as next_attempt_at
             from webhook_endpoints w
             join webhook_lanes l on l.endpoint_id = w.id
             left join webhook_events e on e.lane_id = l.id and e.seq = l.cursor + 1
             where w.tenant_id = $1 and w.app_id = $2 and w.id = $3
             group by w.id",
        )
        .bind(tenant.0)
        .bind(app.number())
        .bind(webhook)
        .fetch_optional(&self.pool)
        .await?;
        let standing = standing.ok_or(WebhookError::NotFound)?;
        Ok(Deliveries {
            pending: u64::try_from(standing.pending).unwrap_or_default(),
            oldest_pending_at: standing.oldest_pending_at,
            next_attempt_at: standing.next_attempt_at,
            attempts: self.read_attempts(tenant, webhook, limit).await?,
        })
    }

    async fn read_attempts(
        &self,
        tenant: TenantId,
        webhook: Uuid,
        limit: u32,
    ) -> Result<Vec<Delivery>, StoreError> {
        let rows: Vec<AttemptRow> = sqlx::query_as(
            "select a.batch_id, a.attempt, a.at, a.duration_ms, a.status, a.error, a.response_excerpt,
                 a.outcome, a.last_seq - a.first_seq + 1 as event_count, coalesce(told.events, '[]') as events
             from webhook_endpoints w
             join webhook_attempts a on a.endpoint_id = w.id
             left join lateral (
                 select json_agg(json_build_object('name', e.name, 'channel', e.channel) order by e.seq)
                     as events
                 from webhook_events e
                 where e.lane_id = a.lane_id and e.seq between a.first_seq and a.last_seq
             ) told on true
             where w.tenant_id = $1 and w.id = $2
             order by a.id desc limit $3",
        )
        .bind(tenant.0)
        .bind(webhook)
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(AttemptRow::into_delivery).collect())
    }
}
