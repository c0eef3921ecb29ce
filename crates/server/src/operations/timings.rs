use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use campanile_webhooks::Histogram;

/// Durations by bounds. One thread adds, without locked instructions; any may read.
#[derive(Debug)]
pub(crate) struct Timings {
    bounds_seconds: &'static [f64],
    counts: Box<[AtomicU64]>,
    nanoseconds: AtomicU64,
}

impl Timings {
    pub(crate) fn new(bounds_seconds: &'static [f64]) -> Self {
        let counts = (0..=bounds_seconds.len()).map(|_| AtomicU64::new(0)).collect();
        Self { bounds_seconds, counts, nanoseconds: AtomicU64::new(0) }
    }

    pub(crate) fn add(&self, duration: Duration) {
        let seconds = duration.as_secs_f64();
        let bucket = self.bounds_seconds.partition_point(|bound| *bound < seconds);
        bump(&self.counts[bucket], 1);
        bump(&self.nanoseconds, u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX));
    }

    /// All of them together, whichever thread added them; they have the same bounds.
    pub(crate) fn sum<'t>(
        bounds_seconds: &'static [f64],
        timings: impl Iterator<Item = &'t Self>,
    ) -> Histogram {
        let mut sum =
            Histogram { bounds_seconds, counts: vec![0; bounds_seconds.len() + 1], sum_seconds: 0.0 };
        for one in timings {
            sum.counts.iter_mut().zip(&one.counts).for_each(|(sum, count)| *sum += count.load(Relaxed));
            sum.sum_seconds += Duration::from_nanos(one.nanoseconds.load(Relaxed)).as_secs_f64();
        }
        sum
    }
}

/// Adds to a counter that only this thread writes.
pub(super) fn bump(counter: &AtomicU64, more: u64) {
    counter.store(counter.load(Relaxed).wrapping_add(more), Relaxed);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_on_a_bound_belongs_below_it_and_workers_add_up() {
        const BOUNDS: [f64; 2] = [0.5, 1.0];
        let (one, other) = (Timings::new(&BOUNDS), Timings::new(&BOUNDS));
        one.add(Duration::from_millis(500));
        one.add(Duration::from_millis(501));
        other.add(Duration::from_secs(2));
        let sum = Timings::sum(&BOUNDS, [&one, &other].into_iter());
        assert_eq!(sum.counts, [1, 1, 1]);
        assert!((sum.sum_seconds - 3.001).abs() < 1e-9);
    }
}
