//! When a batch is tried again.

use std::time::Duration;

use time::{OffsetDateTime, format_description::well_known::Rfc2822};

/// The pauses before the second and each further try; after the last of them, hourly.
const PAUSES_SECONDS: [u64; 12] = [1, 2, 4, 8, 15, 30, 60, 120, 300, 600, 1200, 1800];
const HOURLY: Duration = Duration::from_secs(3600);
/// A batch this old is given up.
const MAX_AGE: Duration = Duration::from_secs(72 * 3600);
const MAX_RETRY_AFTER: Duration = Duration::from_secs(3600);

/// The pause after the failure of try number `attempt` (from 1), or `None` when `age` leaves no
/// room for another. `jitter` between −1 and 1 moves the pause by up to a fifth; what the endpoint
/// asked for in `Retry-After` is waited out in any case.
pub(crate) fn pause_after(
    attempt: u32,
    age: Duration,
    retry_after: Option<Duration>,
    jitter: f64,
) -> Option<Duration> {
    let index = usize::try_from(attempt.saturating_sub(1)).unwrap_or(usize::MAX);
    let pause = PAUSES_SECONDS.get(index).map_or(HOURLY, |seconds| Duration::from_secs(*seconds));
    let pause = pause.mul_f64(1.0 + 0.2 * jitter.clamp(-1.0, 1.0));
    let pause = pause.max(retry_after.unwrap_or_default().min(MAX_RETRY_AFTER));
    (age + pause <= MAX_AGE).then_some(pause)
}

/// Reads a `Retry-After` header: seconds, or a date.
pub(crate) fn parse_retry_after(value: &str, now: OffsetDateTime) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = OffsetDateTime::parse(value, &Rfc2822).ok()?;
    Some(Duration::try_from(date - now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(attempt: u32) -> u64 {
        pause_after(attempt, Duration::ZERO, None, 0.0).unwrap().as_secs()
    }

    #[test]
    fn pauses_grow_to_an_hour() {
        let pauses: Vec<u64> = (1..=15).map(seconds).collect();
        assert_eq!(pauses, [1, 2, 4, 8, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600, 3600, 3600]);
        assert_eq!(seconds(u32::MAX), 3600);
    }

    #[test]
    fn jitter_moves_a_pause_by_a_fifth_at_most() {
        let pause = |jitter| pause_after(13, Duration::ZERO, None, jitter).unwrap().as_secs();
        assert_eq!((pause(-1.0), pause(0.5), pause(1.0), pause(9.0)), (2880, 3960, 4320, 4320));
    }

    #[test]
    fn a_batch_is_given_up_after_three_days() {
        let hours = |hours: u64| Duration::from_secs(hours * 3600);
        assert!(pause_after(80, hours(71), None, 0.0).is_some());
        assert_eq!(pause_after(80, hours(71) + Duration::from_secs(1), None, 0.0), None);
    }

    #[test]
    fn what_the_endpoint_asks_for_is_waited_out_up_to_an_hour() {
        let pause = |after| pause_after(1, Duration::ZERO, Some(Duration::from_secs(after)), 0.0);
        assert_eq!(pause(120), Some(Duration::from_secs(120)));
        assert_eq!(pause(0), Some(Duration::from_secs(1)));
        assert_eq!(pause(1_000_000), Some(HOURLY));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = OffsetDateTime::from_unix_timestamp(1_445_412_420).unwrap();
        assert_eq!(parse_retry_after(" 17 ", now), Some(Duration::from_secs(17)));
        assert_eq!(parse_retry_after("Wed, 21 Oct 2015 07:28:00 GMT", now), Some(Duration::from_secs(60)));
        assert_eq!(parse_retry_after("Wed, 21 Oct 2015 07:26:00 GMT", now), Some(Duration::ZERO));
        for text in ["", "soon", "-1", "1.5"] {
            assert_eq!(parse_retry_after(text, now), None, "{text:?}");
        }
    }
}
