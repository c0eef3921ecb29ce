use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Instant,
};

/// Lets so many through in a second, and after a quiet time as many at once; evenly spread beyond that, so
/// that what is let through is a sample of the whole second. One word, for all workers.
#[derive(Debug)]
pub(super) struct Pace {
    start: Instant,
    /// When the next one would be due at an even pace, in microseconds from the start.
    due: AtomicU64,
}

/// Items of one sort that a watcher is shown in a second.
pub(super) const PER_SECOND: u64 = 200;
const SECOND: u64 = 1_000_000;
const GAP: u64 = SECOND / PER_SECOND;

impl Pace {
    pub(super) fn new(start: Instant) -> Self {
        Self { start, due: AtomicU64::new(0) }
    }

    /// Whether one may go now.
    pub(super) fn take(&self, now: Instant) -> bool {
        let now = now.saturating_duration_since(self.start).as_micros() as u64;
        let go = |due: u64| (due < now + SECOND).then(|| due.max(now) + GAP);
        self.due.fetch_update(Ordering::Relaxed, Ordering::Relaxed, go).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_slow_flow_passes_whole_and_a_fast_one_in_even_parts() {
        let start = Instant::now();
        let slow = Pace::new(start);
        let at = |millis| start + Duration::from_millis(millis);
        assert!((0..1000).all(|index| slow.take(at(index * 5))));

        let fast = Pace::new(start);
        let passed: Vec<u64> = (0..10_000).filter(|index| fast.take(at(index / 10))).collect();
        assert_eq!(passed.len() as u64, 2 * PER_SECOND, "a second's worth at once, then the rate");
        let late = passed.iter().filter(|index| **index >= 9_000).count() as u64;
        assert_eq!(late, PER_SECOND / 10, "the last tenth of the second has its share");
    }
}
