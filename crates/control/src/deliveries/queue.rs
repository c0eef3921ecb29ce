use campanile_protocol::{AppId, TenantId};
use serde_json::{Value, json};
use sqlx::{PgConnection, prelude::FromRow};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use uuid::Uuid;

use super::{
    Delivery,
    list::{check_webhook, find_delivery},
};
use crate::{Act, Store, WebhookError, audit::record, webhooks::lock_lanes};

const MAX_WAITING: u32 = 100;

/// What waits behind what.
#[derive(Clone, Debug)]
pub struct Queue {
    /// The endpoint's lanes.
    pub lanes: Vec<QueueLane>,
    /// Deliveries that wait to be sent again.
    pub replays: u64,
}

/// One lane: delivered strictly in order.
#[derive(Clone, Debug)]
pub struct QueueLane {
    /// Its number, from 0.
    pub n: u8,
    /// The last event recorded.
    pub head: u64,
    /// The last event delivered or set aside.
    pub cursor: u64,
    /// How many are between them.
    pub pending: u64,
    /// The batch that failed and is tried again: all others wait for it.
    pub blocked_by: Option<Delivery>,
    /// When the lane is tried next; absent while a request is under way.
    pub next_attempt_at: Option<OffsetDateTime>,
    /// The next events.
    pub waiting: Vec<WaitingEvent>,
}

/// An event that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingEvent {
    /// Its number.
    pub seq: u64,
    /// What receivers deduplicate by.
    pub id: Uuid,
    /// Its type's name.
    pub name: String,
    /// Its channel.
    pub channel: Option<String>,
    /// When it happened.
    pub occurred_at: OffsetDateTime,
}

#[derive(FromRow)]
struct LaneRow {
    id: i64,
    n: i16,
    head: i64,
    cursor: i64,
    /// Of a batch that has been tried.
    blocked_by: Option<Uuid>,
    next_attempt_at: Option<OffsetDateTime>,
}

#[derive(FromRow)]
struct EventRow {
    seq: i64,
    src: Uuid,
    name: String,
    channel: Option<String>,
    body: String,
    created_at: OffsetDateTime,
}

impl Store {
    /// What an endpoint has yet to be told: of each lane the next `limit` events, at most 100.
    pub async fn get_queue(
        &self,
        tenant: TenantId,
        app: AppId,
        webhook: Uuid,
        limit: u32,
    ) -> Result<Queue, WebhookError> {
        let mut connection = self.pool.acquire().await?;
        check_webhook(&mut connection, (tenant, app, webhook)).await?;
        let rows: Vec<LaneRow> = sqlx::query_as(
            "select id, n, head, cursor, case when attempt > 0 then batch_id end as blocked_by,
                 case when cursor < head and not is_held
                     and (locked_until is null or locked_until <= now()) then next_at end as next_attempt_at
             from webhook_lanes where endpoint_id = $1 order by n",
        )
        .bind(webhook)
        .fetch_all(&mut *connection)
        .await?;
        let mut lanes = Vec::with_capacity(rows.len());
        for row in rows {
            let blocked_by = match row.blocked_by {
                Some(id) => find_blocking(&mut connection, (tenant, app, webhook), id).await?,
                None => None,
            };
            let waiting = read_waiting(&mut connection, &row, limit.min(MAX_WAITING)).await?;
            lanes.push(row.into_lane(blocked_by, waiting));
        }
        let replays: i64 = sqlx::query_scalar(
            "select count(*) from webhook_replays where tenant_id = $1 and endpoint_id = $2",
        )
        .bind(tenant.0)
        .bind(webhook)
        .fetch_one(&mut *connection)
        .await?;
        Ok(Queue { lanes, replays: u64::try_from(replays).unwrap_or_default() })
    }

    /// Sets the batch that blocks a lane aside as a dead letter; the lane goes on at once. A try of it that
    /// is under way at this moment may still reach the endpoint, and is not recorded.
    pub async fn skip_batch(
        &self,
        tenant: TenantId,
        app: AppId,
        webhook: Uuid,
        lane: u8,
    ) -> Result<(), WebhookError> {
        let mut transaction = self.begin().await?;
        check_webhook(&mut transaction, (tenant, app, webhook)).await?;
        lock_lanes(&mut transaction, Some(tenant), webhook).await?;
        let skipped = sqlx::query(
            "with frozen as (
                 select id, batch_id, batch_at from webhook_lanes
                 where endpoint_id = $2 and n = $3 and attempt > 0 and batch_id is not null
             ), skipped as (
                 update webhook_deliveries d set state = 'dead' from frozen
                 where d.tenant_id = $1 and d.id = frozen.batch_id and d.frozen_at = frozen.batch_at
             )
             update webhook_lanes l set cursor = l.batch_upto, batch_id = null, batch_upto = null,
                 batch_at = null, attempt = 0, next_at = now(), locked_until = null
             from frozen where l.id = frozen.id",
        )
        .bind(tenant.0)
        .bind(webhook)
        .bind(i16::from(lane))
        .execute(&mut *transaction)
        .await?;
        if skipped.rows_affected() > 0 {
            let (after, target_id) = (json!({ "lane": lane }), webhook.to_string());
            let act = Act { action: "webhook.batch_skipped", target_id: &target_id, after: Some(&after) };
            record(&mut transaction, tenant, Some(app), act).await?;
        }
        transaction.commit().await?;
        if skipped.rows_affected() > 0 { Ok(()) } else { Err(WebhookError::NothingFrozen) }
    }
}

impl LaneRow {
    fn into_lane(self, blocked_by: Option<Delivery>, waiting: Vec<WaitingEvent>) -> QueueLane {
        let count = |number: i64| u64::try_from(number).unwrap_or_default();
        QueueLane {
            n: u8::try_from(self.n).unwrap_or_default(),
            head: count(self.head),
            cursor: count(self.cursor),
            pending: count(self.head - self.cursor),
            blocked_by,
            next_attempt_at: self.next_attempt_at,
            waiting,
        }
    }
}

/// A batch that was tried before deliveries were kept has no row yet.
async fn find_blocking(
    connection: &mut PgConnection,
    place: (TenantId, AppId, Uuid),
    id: Uuid,
) -> Result<Option<Delivery>, WebhookError> {
    match find_delivery(connection, place, id).await {
        Ok(row) => Ok(Some(row.into_delivery()?)),
        Err(WebhookError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn read_waiting(
    connection: &mut PgConnection,
    lane: &LaneRow,
    limit: u32,
) -> Result<Vec<WaitingEvent>, WebhookError> {
    let rows: Vec<EventRow> = sqlx::query_as(
        "select seq, src, name, channel, body, created_at from webhook_events
         where lane_id = $1 and seq > $2 order by seq limit $3",
    )
    .bind(lane.id)
    .bind(lane.cursor)
    .bind(i64::from(limit))
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(EventRow::into_event).collect())
}

impl EventRow {
    fn into_event(self) -> WaitingEvent {
        // When it happened stands in what is sent, and nowhere else.
        let body: Option<Value> = serde_json::from_str(&self.body).ok();
        let occurred_at = body
            .as_ref()
            .and_then(|body| OffsetDateTime::parse(body["occurred_at"].as_str()?, &Rfc3339).ok())
            .unwrap_or(self.created_at);
        let seq = u64::try_from(self.seq).unwrap_or_default();
        WaitingEvent { seq, id: self.src, name: self.name, channel: self.channel, occurred_at }
    }
}
