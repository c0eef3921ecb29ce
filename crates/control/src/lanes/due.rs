use std::collections::HashMap;

use sqlx::{PgConnection, prelude::FromRow};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{BatchEvent, ClaimLimits};
use crate::StoreError;

/// Events per request where batching is on.
const BATCH_EVENTS: i64 = 100;
/// Bytes of events per request where batching is on, unless a single one is larger.
const BATCH_BYTES: i64 = 256 * 1024;

/// A lane that is due, with all that its batch needs beside the events.
#[derive(FromRow)]
pub(super) struct ClaimedRow {
    pub(super) id: i64,
    pub(super) cursor: i64,
    pub(super) batch_id: Option<Uuid>,
    pub(super) batch_upto: Option<i64>,
    pub(super) batch_at: Option<OffsetDateTime>,
    pub(super) attempt: i32,
    pub(super) endpoint_id: Uuid,
    pub(super) app_id: i64,
    pub(super) tenant_id: Uuid,
    pub(super) url: String,
    pub(super) batching: bool,
    pub(super) secret_sealed: Vec<u8>,
    pub(super) data_key_sealed: Vec<u8>,
    pub(super) key_id: Option<Uuid>,
    pub(super) key: Option<String>,
    pub(super) key_secret_sealed: Option<Vec<u8>>,
}

/// Leases lanes that are due, each app's in turn.
pub(super) async fn lock_due_lanes(
    connection: &mut PgConnection,
    limits: ClaimLimits,
) -> Result<Vec<ClaimedRow>, StoreError> {
    // `place` is a lane's rank within its app, after what is under way: ordering by it serves the
    // apps in turn. The conditions stand twice because a row may change before it is locked.
    let rows = sqlx::query_as(
        "with busy as (
             select app_id, count(*) as lanes from webhook_lanes
             where cursor < head and locked_until > now() group by app_id
         ), due as (
             select l.id, l.next_at,
                 row_number() over (partition by l.app_id order by l.next_at) + coalesce(b.lanes, 0) as place
             from webhook_lanes l
             join webhook_endpoints w on w.id = l.endpoint_id
             left join busy b on b.app_id = l.app_id
             where l.cursor < l.head and l.next_at <= now() and w.state = 'active'
               and (l.locked_until is null or l.locked_until <= now())
         ), picked as (
             select l.id from webhook_lanes l join due d on d.id = l.id
             where d.place <= $2 and l.cursor < l.head and l.next_at <= now()
               and (l.locked_until is null or l.locked_until <= now())
             order by d.place, d.next_at limit $1
             for update of l skip locked
         ), locked as (
             update webhook_lanes l set locked_until = now() + make_interval(secs => $3), claimed_by = $4
             from picked where l.id = picked.id
             returning l.*
         )
         select l.id, l.cursor, l.batch_id, l.batch_upto, l.batch_at, l.attempt,
             w.id as endpoint_id, w.app_id, w.tenant_id, w.url, w.batching, w.secret_sealed,
             t.data_key_sealed, k.id as key_id, k.key, k.secret_sealed as key_secret_sealed
         from locked l
         join webhook_endpoints w on w.id = l.endpoint_id
         join tenants t on t.id = w.tenant_id
         left join lateral (
             select id, key, secret_sealed from app_keys where app_id = w.app_id
             order by created_at, id limit 1
         ) k on true",
    )
    .bind(limits.lanes)
    .bind(limits.lanes_per_app)
    .bind(limits.lease.as_secs_f64())
    .bind(limits.incarnation)
    .fetch_all(connection)
    .await?;
    Ok(rows)
}

/// The events of each lane's batch: those it was frozen with, or the next ones that fit.
pub(super) async fn read_events(
    connection: &mut PgConnection,
    rows: &[ClaimedRow],
) -> Result<HashMap<i64, Vec<BatchEvent>>, StoreError> {
    let read: Vec<(i64, i64, String)> = sqlx::query_as(
        "select l.id, e.seq, e.body
         from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::boolean[])
             as l (id, cursor, upto, batching)
         cross join lateral (
             select next.seq, next.body, row_number() over upwards as place,
                 sum(octet_length(next.body)) over upwards as bytes
             from (
                 select seq, body from webhook_events
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
    for (lane, seq, body) in read {
        events.entry(lane).or_default().push(BatchEvent { seq, body });
    }
    Ok(events)
}
