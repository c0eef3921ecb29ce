use std::time::Duration;

use campanile_protocol::{AppId, TenantId};
use sqlx::{PgConnection, prelude::FromRow, types::Json};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{DeliveredEvent, Delivery, DeliveryCursor, DeliveryState};
use crate::{Store, StoreError, WebhookError};

const MAX_LIMIT: u32 = 100;
/// How many deliveries one question looks through for a channel.
const MAX_SCANNED: i64 = 10_000;

/// Which deliveries to list.
#[derive(Clone, Debug)]
pub struct DeliveryQuery {
    /// Only those that stand so.
    pub state: Option<DeliveryState>,
    /// Only those with an event of that channel.
    pub channel: Option<String>,
    /// Only those first tried then or later.
    pub from: Option<OffsetDateTime>,
    /// Only those first tried before.
    pub to: Option<OffsetDateTime>,
    /// Behind which; none for the newest.
    pub cursor: Option<DeliveryCursor>,
    /// How many; at most 100.
    pub limit: u32,
}

impl Default for DeliveryQuery {
    fn default() -> Self {
        Self { state: None, channel: None, from: None, to: None, cursor: None, limit: 50 }
    }
}

/// Some deliveries, newest first.
#[derive(Clone, Debug)]
pub struct DeliveryPage {
    /// Fewer than asked for, or none, when a channel is rare: the cursor leads on.
    pub deliveries: Vec<Delivery>,
    /// Where the next page begins; none when this was the last.
    pub next_cursor: Option<DeliveryCursor>,
}

#[derive(FromRow)]
pub(super) struct DeliveryRow {
    id: Uuid,
    pub(super) frozen_at: OffsetDateTime,
    pub(super) lane_id: i64,
    lane: i16,
    pub(super) first_seq: i64,
    pub(super) last_seq: i64,
    state: String,
    attempts: i32,
    replays: i32,
    first_at: OffsetDateTime,
    last_at: OffsetDateTime,
    last_status: Option<i32>,
    last_error: Option<String>,
    duration_ms: i32,
    events: Json<Vec<DeliveredEvent>>,
}

/// The deliveries that a condition picks, with their first events. The condition is part of the text so that
/// the planner sees which index serves it.
macro_rules! select_deliveries {
    ($condition:literal) => {
        concat!(
            "select d.*, coalesce(told.events, '[]') as events
             from (
                 select d.id, d.frozen_at, d.lane_id, d.lane, d.first_seq, d.last_seq, d.state, d.attempts,
                     d.replays, d.first_at, d.last_at, d.last_status, d.last_error, d.duration_ms
                 from webhook_deliveries d
                 where d.tenant_id = $1 and d.endpoint_id = $2 and ",
            $condition,
            " order by d.frozen_at desc, d.id desc limit $3
             ) d
             left join lateral (
                 select json_agg(json_build_object('seq', e.seq, 'id', e.src, 'name', e.name,
                     'channel', e.channel) order by e.seq) as events
                 from webhook_events e
                 where e.lane_id = d.lane_id and e.seq between d.first_seq and least(d.first_seq + 9, d.last_seq)
             ) told on true
             order by d.frozen_at desc, d.id desc"
        )
    };
}

/// Which deliveries of those that a condition picks have an event of a channel: one more than fit on the page,
/// and, marked, where the search ended when it did not come to the end.
macro_rules! search_deliveries {
    ($condition:literal) => {
        concat!(
            "with scanned as materialized (
                 select d.id, d.frozen_at, d.channels @> array[$9] as is_match from webhook_deliveries d
                 where d.tenant_id = $1 and d.endpoint_id = $2 and ",
            $condition,
            " order by d.frozen_at desc, d.id desc limit $10
             )
             (select true, frozen_at, id from scanned where is_match
              order by frozen_at desc, id desc limit $3)
             union all
             (select false, frozen_at, id from scanned order by frozen_at desc, id desc limit 1 offset $10 - 1)"
        )
    };
}

/// Any state, or one that the index of undelivered ones does not serve.
macro_rules! any {
    ($macro:ident) => {
        $macro!(
            "($4::text is null or d.state = $4) and d.frozen_at >= $5 and d.frozen_at < $6
             and (d.frozen_at, d.id) < ($7, $8)"
        )
    };
}

macro_rules! undelivered {
    ($macro:ident) => {
        $macro!(
            "d.state <> 'delivered' and d.state = $4 and d.frozen_at >= $5 and d.frozen_at < $6
             and (d.frozen_at, d.id) < ($7, $8)"
        )
    };
}

const ONE: &str = select_deliveries!("d.id = $4");
const THESE: &str = select_deliveries!("d.id = any($4) and d.frozen_at = any($5)");

impl DeliveryRow {
    fn cursor(&self) -> DeliveryCursor {
        DeliveryCursor { frozen_at: self.frozen_at, id: self.id }
    }

    pub(super) fn into_delivery(self) -> Result<Delivery, StoreError> {
        let count = |number: i64| u64::try_from(number).unwrap_or_default();
        Ok(Delivery {
            id: self.id,
            state: self.state.parse().map_err(|_| StoreError::Corrupt("a delivery's state"))?,
            attempts: u32::try_from(self.attempts).unwrap_or_default(),
            replays: u32::try_from(self.replays).unwrap_or_default(),
            first_at: self.first_at,
            last_at: self.last_at,
            last_status: self.last_status.and_then(|status| u16::try_from(status).ok()),
            last_error: self.last_error,
            duration: Duration::from_millis(u64::try_from(self.duration_ms).unwrap_or_default()),
            lane: u8::try_from(self.lane).unwrap_or_default(),
            first_seq: count(self.first_seq),
            last_seq: count(self.last_seq),
            event_count: count(self.last_seq - self.first_seq + 1),
            events: self.events.0,
        })
    }
}

impl Store {
    /// An endpoint's deliveries, newest first.
    pub async fn list_deliveries(
        &self,
        tenant: TenantId,
        app: AppId,
        webhook: Uuid,
        query: &DeliveryQuery,
    ) -> Result<DeliveryPage, WebhookError> {
        let mut connection = self.pool.acquire().await?;
        check_webhook(&mut connection, (tenant, app, webhook)).await?;
        match &query.channel {
            Some(channel) => search(&mut connection, (tenant, webhook), query, channel).await,
            None => list(&mut connection, (tenant, webhook), query).await,
        }
    }
}

impl DeliveryQuery {
    fn limit(&self) -> i64 {
        self.limit.clamp(1, MAX_LIMIT).into()
    }

    fn is_undelivered(&self) -> bool {
        match self.state {
            None | Some(DeliveryState::Delivered) => false,
            Some(DeliveryState::Retrying | DeliveryState::Dead | DeliveryState::Discarded) => true,
        }
    }

    fn before(&self) -> (OffsetDateTime, Uuid) {
        self.cursor.map_or((far_future(), Uuid::max()), |cursor| (cursor.frozen_at, cursor.id))
    }
}

/// One more than fits on the page, so that it is known whether there are more.
async fn list(
    connection: &mut PgConnection,
    (tenant, webhook): (TenantId, Uuid),
    query: &DeliveryQuery,
) -> Result<DeliveryPage, WebhookError> {
    let (before_at, before_id) = query.before();
    let text = if query.is_undelivered() { undelivered!(select_deliveries) } else { any!(select_deliveries) };
    let mut rows: Vec<DeliveryRow> = sqlx::query_as(text)
        .bind(tenant.0)
        .bind(webhook)
        .bind(query.limit() + 1)
        .bind(query.state.map(DeliveryState::as_str))
        .bind(query.from.unwrap_or(OffsetDateTime::UNIX_EPOCH))
        .bind(query.to.unwrap_or_else(far_future))
        .bind(before_at)
        .bind(before_id)
        .fetch_all(connection)
        .await?;
    let limit = usize::try_from(query.limit()).expect("small");
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    let next_cursor = rows.last().filter(|_| has_more).map(DeliveryRow::cursor);
    to_page(rows, next_cursor)
}

/// The deliveries of a channel: found first, read then.
async fn search(
    connection: &mut PgConnection,
    (tenant, webhook): (TenantId, Uuid),
    query: &DeliveryQuery,
    channel: &str,
) -> Result<DeliveryPage, WebhookError> {
    let (before_at, before_id) = query.before();
    let text = if query.is_undelivered() { undelivered!(search_deliveries) } else { any!(search_deliveries) };
    let found: Vec<(bool, OffsetDateTime, Uuid)> = sqlx::query_as(text)
        .bind(tenant.0)
        .bind(webhook)
        .bind(query.limit() + 1)
        .bind(query.state.map(DeliveryState::as_str))
        .bind(query.from.unwrap_or(OffsetDateTime::UNIX_EPOCH))
        .bind(query.to.unwrap_or_else(far_future))
        .bind(before_at)
        .bind(before_id)
        .bind(channel)
        .bind(MAX_SCANNED)
        .fetch_all(&mut *connection)
        .await?;
    let to_cursor = |&(_, frozen_at, id): &(_, _, _)| DeliveryCursor { frozen_at, id };
    let end_of_search = found.iter().find(|row| !row.0).map(to_cursor);
    let mut matching: Vec<DeliveryCursor> = found.iter().filter(|row| row.0).map(to_cursor).collect();
    let limit = usize::try_from(query.limit()).expect("small");
    let has_more = matching.len() > limit;
    matching.truncate(limit);
    let rows: Vec<DeliveryRow> = sqlx::query_as(THESE)
        .bind(tenant.0)
        .bind(webhook)
        .bind(query.limit())
        .bind(matching.iter().map(|found| found.id).collect::<Vec<_>>())
        .bind(matching.iter().map(|found| found.frozen_at).collect::<Vec<_>>())
        .fetch_all(connection)
        .await?;
    to_page(rows, if has_more { matching.last().copied() } else { end_of_search })
}

fn to_page(
    rows: Vec<DeliveryRow>,
    next_cursor: Option<DeliveryCursor>,
) -> Result<DeliveryPage, WebhookError> {
    let deliveries = rows.into_iter().map(DeliveryRow::into_delivery).collect::<Result<_, _>>()?;
    Ok(DeliveryPage { deliveries, next_cursor })
}

/// One delivery of an endpoint.
pub(super) async fn find_delivery(
    connection: &mut PgConnection,
    (tenant, app, webhook): (TenantId, AppId, Uuid),
    id: Uuid,
) -> Result<DeliveryRow, WebhookError> {
    check_webhook(connection, (tenant, app, webhook)).await?;
    let row = sqlx::query_as(ONE)
        .bind(tenant.0)
        .bind(webhook)
        .bind(1_i64)
        .bind(id)
        .fetch_optional(connection)
        .await?;
    row.ok_or(WebhookError::NotFound)
}

pub(super) async fn check_webhook(
    connection: &mut PgConnection,
    (tenant, app, webhook): (TenantId, AppId, Uuid),
) -> Result<(), WebhookError> {
    let found: Option<Uuid> = sqlx::query_scalar(
        "select id from webhook_endpoints
         where tenant_id = $1 and app_id = $2 and id = $3 and kind = 'webhook'",
    )
    .bind(tenant.0)
    .bind(app.number())
    .bind(webhook)
    .fetch_optional(connection)
    .await?;
    found.map(|_| ()).ok_or(WebhookError::NotFound)
}

/// Later than anything: PostgreSQL's own infinity does not survive the way through our type.
fn far_future() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(253_370_764_800).expect("the year 9999")
}
