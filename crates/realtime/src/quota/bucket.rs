use std::{
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

/// A token bucket in one word: the moment at which it will be full again, in nanoseconds. It holds what may
/// be taken in a second.
///
/// Whoever finds a token takes all that it needs, and leaves the bucket in debt: a request with more messages
/// than a second may have would otherwise never pass.
#[derive(Debug, Default)]
pub(super) struct Bucket(AtomicU64);

const SECOND: u64 = 1_000_000_000;

/// Nanoseconds of the process.
pub(super) fn now() -> u64 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    u64::try_from(START.elapsed().as_nanos()).unwrap_or(u64::MAX)
}

impl Bucket {
    /// Takes tokens; otherwise tells when there will be one.
    pub(super) fn take(&self, now: u64, tokens: u64, per_second: u32) -> Result<(), Duration> {
        let price = SECOND / u64::from(per_second.max(1));
        // With one token left, it is a second less one token until the bucket is full.
        let fullest = now + (SECOND - price);
        let pay = |full_at: u64| {
            (full_at <= fullest).then(|| full_at.max(now).saturating_add(tokens.saturating_mul(price)))
        };
        match self.0.fetch_update(Relaxed, Relaxed, pay) {
            Ok(_) => Ok(()),
            Err(full_at) => Err(Duration::from_nanos(full_at - fullest)),
        }
    }

    /// Puts tokens back that were taken and are not needed.
    pub(super) fn put_back(&self, tokens: u64, per_second: u32) {
        let price = SECOND / u64::from(per_second.max(1));
        self.0.fetch_sub(tokens.saturating_mul(price), Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: u64 = 100 * SECOND;

    #[test]
    fn a_second_may_be_used_up_at_once_and_then_fills_evenly() {
        let bucket = Bucket::default();
        assert!((0..10).all(|_| bucket.take(START, 1, 10).is_ok()));
        assert_eq!(bucket.take(START, 1, 10), Err(Duration::from_millis(100)));
        assert_eq!(bucket.take(START + SECOND / 20, 1, 10), Err(Duration::from_millis(50)));
        assert!(bucket.take(START + SECOND / 10, 1, 10).is_ok());
        assert!(bucket.take(START + SECOND / 10, 1, 10).is_err());
        // However long it rested, it holds no more than a second.
        let later = START + 60 * SECOND;
        assert_eq!((0..20).filter(|_| bucket.take(later, 1, 10).is_ok()).count(), 10);
    }

    #[test]
    fn a_large_request_passes_and_is_paid_for_afterwards() {
        let bucket = Bucket::default();
        assert!(bucket.take(START, 50, 10).is_ok());
        assert_eq!(bucket.take(START, 1, 10), Err(Duration::from_millis(4_100)));
        assert!(bucket.take(START + 4_100 * (SECOND / 1_000), 1, 10).is_ok());
    }

    #[test]
    fn what_is_put_back_can_be_taken_again() {
        let bucket = Bucket::default();
        assert!((0..10).all(|_| bucket.take(START, 1, 10).is_ok()));
        bucket.put_back(1, 10);
        assert!(bucket.take(START, 1, 10).is_ok());
        assert!(bucket.take(START, 1, 10).is_err());
    }
}
