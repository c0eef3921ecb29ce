//! A leased lane and the batch it sends: what was frozen, or the next events that fit.

use std::{collections::HashMap, time::Duration};

use sqlx::{PgConnection, prelude::FromRow};
use time::OffsetDateTime;
use uuid::Uuid;

use super::BatchEvent;
use crate::StoreError;

/// Events per request where batching is on.
const BATCH_EVENTS: i64 = 100;
/// Bytes of events per request where batching is on, unless a single one is larger.
const BATCH_BYTES: i64 = 256 * 1024;
/// What a lease lasts beyond the endpoint's timeout: time to record the outcome.
pub(super) const LEASE_SLACK: Duration = Duration::from_secs(30);

/// A leased lane.
#[derive(Clone, Debug, FromRow)]
pub(super) struct Leased {
    pub(super) id: i64,
    pub(super) endpoint_id: Uuid,
    pub(super) tenant_id: Uuid,
    pub(super) batching: bool,
    pub(super) cursor: i64,
    pub(super) batch_id: Option<Uuid>,
    pub(super) batch_upto: Option<i64>,
    pub(super) batch_at: Option<OffsetDateTime>,
    pub(super) attempt: i32,
    pub(super) standing: i16,
}

impl Leased {
    /// A frozen batch is sent whole or not at all: it is known under its id.
    pub(super) fn is_complete(&self, events: &[BatchEvent]) -> bool {
        self.batch_upto.is_none_or(|upto| i64::try_from(events.len()) == Ok(upto - self.cursor))
    }
}

/// While a lane is leased it is not due, for whoever looks for lanes that are.
pub(super) async fn lease(
    connection: &mut PgConnection,
    lanes: &[i64],
    incarnation: Uuid,
) -> Result<Vec<Leased>, StoreError> {
    let rows = sqlx::query_as(
        "update webhook_lanes l set locked_until = leased.until, next_at = leased.until, claimed_by = $2
         from webhook_endpoints w
         cross join lateral (
             select now() + make_interval(secs => w.timeout_ms / 1000.0 + $3) as until) leased
         where l.id = any($1) and w.id = l.endpoint_id
         returning l.id, l.endpoint_id, w.tenant_id, w.batching, l.cursor, l.batch_id, l.batch_upto,
             l.batch_at, l.attempt, l.standing",
    )
    .bind(lanes)
    .bind(incarnation)
    .bind(LEASE_SLACK.as_secs_f64())
    .fetch_all(connection)
    .await?;
    Ok(rows)
}

/// The events of each lane's batch: those it was frozen with, or the next ones that fit.
pub(super) async fn read_events(
    connection: &mut PgConnection,
    rows: &[Leased],
) -> Result<HashMap<i64, Vec<BatchEvent>>, StoreError> {
    let read: Vec<(i64, i64, String, Option<String>, String)> = sqlx::query_as(
        "select l.id, e.seq, e.name, e.channel, e.body
         from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::boolean[])
             as l (id, cursor, upto, batching)
         cross join lateral (
             select next.*, row_number() over upwards as place,
                 sum(octet_length(next.body)) over upwards as bytes
             from (
                 select seq, name, channel, body from webhook_events
                 where lane_id = l.id and seq > l.cursor and (l.upto is null or seq <= l.upto)
                 order by seq limit case when l.batching or l.upto is not null then $5::bigint else 1 end
             ) next
             window upwards as (order by next.seq)
         ) e
         where l.upto is not null or e.place = 1 or e.bytes <= $6
         order by l.id, e.seq",
    )
    .bind(rows.iter().map(|row| row.id).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.cursor).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.batch_upto).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.batching).collect::<Vec<_>>())
    .bind(BATCH_EVENTS)
    .bind(BATCH_BYTES)
    .fetch_all(connection)
    .await?;
    let mut events: HashMap<i64, Vec<BatchEvent>> = HashMap::new();
    for (lane, seq, name, channel, body) in read {
        events.entry(lane).or_default().push(BatchEvent { seq, name, channel, body });
    }
    Ok(events)
}

/// Batches that are claimed for the first time.
#[derive(Default)]
pub(super) struct Fresh {
    lanes: Vec<i64>,
    ids: Vec<Uuid>,
    cursors: Vec<i64>,
    uptos: Vec<i64>,
    times: Vec<OffsetDateTime>,
}

impl Fresh {
    pub(super) fn push(&mut self, lane: i64, events: &[BatchEvent]) -> (Uuid, OffsetDateTime) {
        // As precise as the column, so that it reads back as it was sent the first time.
        let now = OffsetDateTime::now_utc();
        let now = now.replace_microsecond(now.microsecond()).expect("it was one before");
        self.lanes.push(lane);
        self.ids.push(Uuid::now_v7());
        self.cursors.push(events.first().map_or(0, |event| event.seq - 1));
        self.uptos.push(events.last().map_or(0, |event| event.seq));
        self.times.push(now);
        (self.ids[self.ids.len() - 1], now)
    }

    /// Where events between the cursor and the first one had expired, the cursor passes them: a frozen batch
    /// is what lies behind it.
    pub(super) async fn freeze(self, connection: &mut PgConnection) -> Result<(), StoreError> {
        if self.lanes.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "update webhook_lanes l set cursor = f.cursor, batch_id = f.batch_id, batch_upto = f.upto,
                 batch_at = f.at
             from unnest($1::bigint[], $2::uuid[], $3::bigint[], $4::bigint[], $5::timestamptz[])
                 as f (id, batch_id, cursor, upto, at)
             where l.id = f.id",
        )
        .bind(self.lanes)
        .bind(self.ids)
        .bind(self.cursors)
        .bind(self.uptos)
        .bind(self.times)
        .execute(connection)
        .await?;
        Ok(())
    }
}

/// Lets a lane go on whose next events are older than events are kept.
pub(super) async fn skip_lost_events(connection: &mut PgConnection, row: &Leased) -> Result<(), StoreError> {
    tracing::error!(webhook.id = %row.endpoint_id, "undelivered events had expired");
    sqlx::query(
        "with given_up as (
             update webhook_deliveries set state = 'dead', last_error = 'its events had expired'
             where tenant_id = $2 and id = $3 and frozen_at = $4
         )
         update webhook_lanes set cursor = coalesce(batch_upto,
                 (select min(seq) - 1 from webhook_events where lane_id = $1 and seq > cursor), head),
             batch_id = null, batch_upto = null, batch_at = null, attempt = 0, locked_until = null,
             next_at = now()
         where id = $1",
    )
    .bind(row.id)
    .bind(row.tenant_id)
    .bind(row.batch_id)
    .bind(row.batch_at)
    .execute(connection)
    .await?;
    Ok(())
}
