use std::time::Duration;

use sqlx::PgConnection;
use sqlx::prelude::FromRow;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::StoreError;

const HOURS: i64 = 24;

/// How an endpoint did in the last 24 hours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebhookHealth {
    /// Tries that succeeded.
    pub delivered: u64,
    /// Tries that failed.
    pub failed: u64,
    /// How long 95 of 100 tries took at most, interpolated between the bounds that are counted by; absent
    /// when nothing was tried.
    pub p95: Option<Duration>,
    /// Each hour, oldest first, the current one last.
    pub hours: Vec<HealthHour>,
}

/// One hour of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HealthHour {
    /// When it began.
    pub at: OffsetDateTime,
    /// Tries that succeeded.
    pub delivered: u64,
    /// Tries that failed.
    pub failed: u64,
}

/// The upper bounds by which durations are counted, in milliseconds; there is one more count for what is
/// beyond. Stored by position: only ever appended to together with a migration.
const BOUNDS_MS: [u32; 21] = [
    5, 10, 25, 50, 75, 100, 150, 200, 300, 500, 750, 1_000, 1_500, 2_000, 3_000, 5_000, 7_500, 10_000,
    15_000, 20_000, 30_000,
];

/// What one try of that duration adds to the counts, and at which position (from 1).
pub(crate) fn one_hot(duration: Duration) -> (Vec<i32>, i32) {
    let place = BOUNDS_MS.partition_point(|bound| Duration::from_millis(u64::from(*bound)) < duration);
    let mut counts = vec![0; BOUNDS_MS.len() + 1];
    counts[place] = 1;
    (counts, i32::try_from(place).expect("a few") + 1)
}

#[derive(FromRow)]
struct HourRow {
    endpoint_id: Uuid,
    hour: OffsetDateTime,
    delivered: i32,
    failed: i32,
    durations: Vec<i32>,
}

/// The hours of some endpoints, to be picked by [`Hours::of`].
pub(super) struct Hours {
    rows: Vec<HourRow>,
    now: OffsetDateTime,
}

impl Hours {
    /// Reads the last day of endpoints that the caller has found to be the tenant's.
    pub(super) async fn read(
        connection: &mut PgConnection,
        tenant: Uuid,
        endpoints: &[Uuid],
    ) -> Result<Self, StoreError> {
        let rows = sqlx::query_as(
            "select endpoint_id, hour, delivered, failed, durations from webhook_hours
             where tenant_id = $1 and endpoint_id = any($2) and hour > now() - make_interval(hours => $3)",
        )
        .bind(tenant)
        .bind(endpoints)
        .bind(i32::try_from(HOURS).expect("a day"))
        .fetch_all(connection)
        .await?;
        Ok(Self { rows, now: OffsetDateTime::now_utc() })
    }

    pub(super) fn of(&self, endpoint: Uuid) -> WebhookHealth {
        let rows: Vec<&HourRow> = self.rows.iter().filter(|row| row.endpoint_id == endpoint).collect();
        let this_hour = self.now - Duration::from_nanos(nanos_past_the_hour(self.now));
        let hours: Vec<HealthHour> = (0..HOURS)
            .rev()
            .map(|ago| {
                let at = this_hour - time::Duration::hours(ago);
                let row = rows.iter().find(|row| row.hour == at);
                let count =
                    |pick: fn(&HourRow) -> i32| row.map_or(0, |row| pick(row).max(0).unsigned_abs().into());
                HealthHour { at, delivered: count(|row| row.delivered), failed: count(|row| row.failed) }
            })
            .collect();
        let mut durations = vec![0_u64; BOUNDS_MS.len() + 1];
        for row in rows {
            durations
                .iter_mut()
                .zip(&row.durations)
                .for_each(|(sum, n)| *sum += u64::from(n.max(&0).unsigned_abs()));
        }
        WebhookHealth {
            delivered: hours.iter().map(|hour| hour.delivered).sum(),
            failed: hours.iter().map(|hour| hour.failed).sum(),
            p95: percentile_95(&durations),
            hours,
        }
    }
}

fn nanos_past_the_hour(time: OffsetDateTime) -> u64 {
    const HOUR: i128 = 3_600_000_000_000;
    u64::try_from(time.unix_timestamp_nanos().rem_euclid(HOUR)).expect("less than an hour")
}

/// Interpolated within the bounds between which it lies; the last bound when it lies beyond.
fn percentile_95(counts: &[u64]) -> Option<Duration> {
    let total: u64 = counts.iter().sum();
    if total == 0 {
        return None;
    }
    let rank = total as f64 * 0.95;
    let (mut below, mut lower) = (0.0, 0.0);
    for (count, bound) in counts.iter().zip(BOUNDS_MS) {
        let (count, upper) = (*count as f64, f64::from(bound));
        if count > 0.0 && below + count >= rank {
            let millis = lower + (upper - lower) * ((rank - below) / count).clamp(0.0, 1.0);
            return Some(Duration::from_secs_f64(millis / 1000.0));
        }
        (below, lower) = (below + count, upper);
    }
    Some(Duration::from_millis(u64::from(BOUNDS_MS[BOUNDS_MS.len() - 1])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_counted_at_its_bound() {
        let place = |millis| one_hot(Duration::from_millis(millis)).1;
        assert_eq!((place(0), place(5), place(6), place(30_000), place(30_001)), (1, 1, 2, 21, 22));
        let (counts, at) = one_hot(Duration::from_millis(80));
        assert_eq!((counts.len(), counts.iter().sum::<i32>(), counts[at as usize - 1]), (22, 1, 1));
    }

    #[test]
    fn the_percentile_lies_between_the_bounds_it_is_counted_by() {
        assert_eq!(percentile_95(&[0; 22]), None);
        let mut counts = [0; 22];
        counts[4] = 100; // 50 to 75 ms
        assert_eq!(percentile_95(&counts), Some(Duration::from_micros(73_750)));
        counts[17] = 10; // 7.5 to 10 s
        let slow = percentile_95(&counts).unwrap();
        assert!((Duration::from_millis(7_500)..Duration::from_secs(10)).contains(&slow), "{slow:?}");
        counts[21] = 1_000;
        assert_eq!(percentile_95(&counts), Some(Duration::from_secs(30)));
    }
}
