use campanile_protocol::{AppId, TenantId};
use sqlx::{AssertSqlSafe, Row};
use time::{Duration, OffsetDateTime};

use super::{UsageAmounts, each_sum, number};
use crate::{Store, StoreError};

/// How long a point of a series is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsageStep {
    /// Kept for 48 hours.
    Minute,
    /// Kept for 90 days.
    Hour,
    /// A UTC day; kept for three years.
    Day,
}

/// Whose usage of which time.
#[derive(Clone, Copy, Debug)]
pub struct UsageQuery {
    /// The tenant.
    pub tenant: TenantId,
    /// Its app; none for all of them together.
    pub app: Option<AppId>,
    /// How long each point is.
    pub step: UsageStep,
    /// The beginning of the first point.
    pub from: OffsetDateTime,
    /// The end of the last.
    pub to: OffsetDateTime,
}

/// What was used in one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsagePoint {
    /// When it began.
    pub at: OffsetDateTime,
    /// What was used.
    pub amounts: UsageAmounts,
}

impl UsageStep {
    /// How long it is.
    pub fn duration(self) -> Duration {
        match self {
            Self::Minute => Duration::MINUTE,
            Self::Hour => Duration::HOUR,
            Self::Day => Duration::DAY,
        }
    }

    /// When the step that holds this moment began.
    pub fn floor(self, at: OffsetDateTime) -> OffsetDateTime {
        let past = at.unix_timestamp().rem_euclid(self.duration().whole_seconds());
        at.replace_nanosecond(0).expect("zero is one") - Duration::seconds(past)
    }

    fn table(self) -> (&'static str, &'static str) {
        match self {
            Self::Minute => ("usage_minutes", "minute"),
            Self::Hour => ("usage_hours", "hour"),
            Self::Day => ("usage_days", "day"),
        }
    }
}

impl Store {
    /// The steps in which anything was used, oldest first, up to what is stored. Several starts of a node
    /// within one step count together; its peak is the highest of theirs.
    pub async fn read_usage(&self, query: &UsageQuery) -> Result<Vec<UsagePoint>, StoreError> {
        let (table, unit) = query.step.table();
        let sums = each_sum("sum($)::bigint as $");
        // All of it is written in this crate.
        let rows = sqlx::query(AssertSqlSafe(format!(
            "select {unit} as at, max(connections_peak) as connections_peak, {sums} from {table}
             where tenant_id = $1 and app_id = $2 and {unit} >= $3 and {unit} < $4
             group by {unit} order by {unit}"
        )))
        .bind(query.tenant.0)
        .bind(number(query.app))
        .bind(query.from)
        .bind(query.to)
        .fetch_all(&self.pool)
        .await?;
        let point =
            |row| Ok(UsagePoint { at: Row::try_get(row, "at")?, amounts: UsageAmounts::from_row(row)? });
        rows.iter().map(point).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_begins_where_its_unit_does_in_utc() {
        let at = OffsetDateTime::from_unix_timestamp_nanos(1_800_000_123_456_789_000).unwrap();
        let floors =
            [UsageStep::Minute, UsageStep::Hour, UsageStep::Day].map(|step| step.floor(at).unix_timestamp());
        assert_eq!(floors, [1_800_000_120, 1_800_000_000, 1_799_971_200]);
    }
}
