use sqlx::prelude::FromRow;
use time::OffsetDateTime;

use crate::{Store, StoreError};

/// What all active endpoints together have yet to be told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Events not yet delivered.
    pub pending: u64,
    /// When the oldest of them was recorded.
    pub oldest_at: Option<OffsetDateTime>,
    /// Endpoint lanes whose last try failed.
    pub failing_lanes: u64,
}

#[derive(FromRow)]
struct BacklogRow {
    pending: i64,
    oldest_at: Option<OffsetDateTime>,
    failing_lanes: i64,
}

impl Store {
    /// How far deliveries are behind.
    pub async fn backlog(&self) -> Result<Backlog, StoreError> {
        let row: BacklogRow = sqlx::query_as(
            "select coalesce(sum(l.head - l.cursor), 0)::bigint as pending, min(e.created_at) as oldest_at,
                 count(*) filter (where l.attempt > 0) as failing_lanes
             from webhook_lanes l
             join webhook_endpoints w on w.id = l.endpoint_id and w.state = 'active'
             left join webhook_events e on e.lane_id = l.id and e.seq = l.cursor + 1
             where l.cursor < l.head",
        )
        .fetch_one(&self.pool)
        .await?;
        let count = |number| u64::try_from(number).unwrap_or_default();
        Ok(Backlog {
            pending: count(row.pending),
            oldest_at: row.oldest_at,
            failing_lanes: count(row.failing_lanes),
        })
    }
}
