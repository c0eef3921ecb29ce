use sqlx::prelude::FromRow;
use time::OffsetDateTime;

use crate::{Store, StoreError};

/// Lanes that are looked at, and dead letters that are counted: enough to raise an alarm, at a price that does
/// not grow with it.
const MAX_COUNTED: i64 = 10_000;
/// Lanes whose oldest event is looked up: of those with a batch that is being tried, and of the others.
const MAX_LOOKED_UP: i64 = 100;

/// What all active endpoints together have yet to be told. Beyond 10,000 lanes, or 10,000 dead letters, no more
/// are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Events not yet delivered.
    pub pending: u64,
    /// When the oldest of them was recorded, as far as the batches that have been tried longest and the lanes
    /// that have been due longest tell.
    pub oldest_at: Option<OffsetDateTime>,
    /// Endpoint lanes whose last try failed.
    pub failing_lanes: u64,
    /// Deliveries that were given up, and not discarded since.
    pub dead_letters: u64,
}

#[derive(FromRow)]
struct BacklogRow {
    pending: i64,
    oldest_at: Option<OffsetDateTime>,
    failing_lanes: i64,
    dead_letters: i64,
}

impl Store {
    /// How far deliveries are behind.
    pub async fn backlog(&self) -> Result<Backlog, StoreError> {
        let row: BacklogRow = sqlx::query_as(
            "with waiting as materialized (
                 select id, head, cursor, attempt, batch_at, next_at from webhook_lanes
                 where cursor < head and not is_held limit $1
             ), oldest as (
                 (select id, cursor from waiting where batch_at is not null order by batch_at limit $2)
                 union all
                 (select id, cursor from waiting where batch_at is null order by next_at limit $2)
             )
             select coalesce(sum(head - cursor), 0)::bigint as pending,
                 count(*) filter (where attempt > 0) as failing_lanes,
                 (select min(e.created_at) from oldest o
                  join webhook_events e on e.lane_id = o.id and e.seq = o.cursor + 1) as oldest_at,
                 (select count(*) from (
                      select from webhook_deliveries d
                      where d.state = 'dead'
                        and exists (select from webhook_endpoints w where w.id = d.endpoint_id)
                      limit $1) dead) as dead_letters
             from waiting",
        )
        .bind(MAX_COUNTED)
        .bind(MAX_LOOKED_UP)
        .fetch_one(&self.pool)
        .await?;
        let count = |number| u64::try_from(number).unwrap_or_default();
        Ok(Backlog {
            pending: count(row.pending),
            oldest_at: row.oldest_at,
            failing_lanes: count(row.failing_lanes),
            dead_letters: count(row.dead_letters),
        })
    }
}
