//! When a batch is tried again, and when it is not.

use std::time::Duration;

use campanile_control::{DeliveryOrder, DisabledReason, Outcome};
use time::{OffsetDateTime, format_description::well_known::Rfc2822};

/// The pauses before the second and each further try; after the last of them, hourly.
const PAUSES_SECONDS: [u64; 12] = [1, 2, 4, 8, 15, 30, 60, 120, 300, 600, 1200, 1800];
const HOURLY: Duration = Duration::from_secs(3600);
/// A batch this old is given up.
const MAX_AGE: Duration = Duration::from_secs(72 * 3600);
const MAX_RETRY_AFTER: Duration = Duration::from_secs(3600);
/// Where order is relaxed, a batch that failed so often is set aside.
const RELAXED_TRIES: u32 = 12;
/// An endpoint that did nothing but fail for so long is disabled,
const FAILING_FOR: Duration = Duration::from_secs(5 * 24 * 3600);
/// if it was also tried so often with the same batch: where nothing happens for days, the last failure may be
/// old, and the next a blip.
const DISABLING_TRIES: u32 = 12;

/// What decides about a batch beside the answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Circumstances {
    /// Which try it was, from 1.
    pub(crate) attempt: u32,
    /// Since when its 72 hours run.
    pub(crate) since: OffsetDateTime,
    /// What it does to those behind it.
    pub(crate) order: DeliveryOrder,
    /// The endpoint's first failure since its last success.
    pub(crate) failing_since: Option<OffsetDateTime>,
    /// Whether the answer may disable the endpoint.
    pub(crate) may_disable: bool,
}

/// What an endpoint answered, as far as it matters here.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Verdict {
    /// None when it did not answer.
    pub(crate) status: Option<u16>,
    /// What it asked for.
    pub(crate) retry_after: Option<Duration>,
}

/// What follows from an answer at `now`. `jitter` between −1 and 1 moves a pause by up to a fifth.
pub(crate) fn decide(
    verdict: Verdict,
    circumstances: &Circumstances,
    now: OffsetDateTime,
    jitter: f64,
) -> Outcome {
    let since = |at: OffsetDateTime| Duration::try_from(now - at).unwrap_or_default();
    match verdict.status {
        Some(200..300) => return Outcome::Delivered,
        Some(410) if circumstances.may_disable => return Outcome::Disable(DisabledReason::Gone),
        Some(_) | None => {}
    }
    let has_failed_for_long = circumstances.attempt >= DISABLING_TRIES
        && circumstances.failing_since.is_some_and(|at| since(at) >= FAILING_FOR);
    if has_failed_for_long && circumstances.may_disable {
        return Outcome::Disable(DisabledReason::Failing);
    }
    if circumstances.order == DeliveryOrder::Relaxed && circumstances.attempt >= RELAXED_TRIES {
        return Outcome::Dead;
    }
    let retry_after = verdict.retry_after.filter(|_| matches!(verdict.status, Some(429 | 503)));
    let pause = pause_after(circumstances.attempt, since(circumstances.since), retry_after, jitter);
    pause.map_or(Outcome::Dead, Outcome::RetryIn)
}

/// The pause after the failure of try number `attempt` (from 1), or `None` when `age` leaves no
/// room for another. What the endpoint asked for in `Retry-After` is waited out in any case.
fn pause_after(attempt: u32, age: Duration, retry_after: Option<Duration>, jitter: f64) -> Option<Duration> {
    let index = usize::try_from(attempt.saturating_sub(1)).unwrap_or(usize::MAX);
    let pause = PAUSES_SECONDS.get(index).map_or(HOURLY, |seconds| Duration::from_secs(*seconds));
    let pause = pause.mul_f64(1.0 + 0.2 * jitter.clamp(-1.0, 1.0));
    let pause = pause.max(retry_after.unwrap_or_default().min(MAX_RETRY_AFTER));
    (age + pause <= MAX_AGE).then_some(pause)
}

/// Between −1 and 1.
pub(crate) fn random_jitter() -> f64 {
    let random = getrandom::u32().expect("the operating system's random source never fails once it is up");
    f64::from(random) / f64::from(u32::MAX) * 2.0 - 1.0
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
mod tests;
