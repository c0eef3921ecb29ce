use hdrhistogram::Histogram;
use serde::Serialize;

use crate::clock::Nanos;

/// Latencies from a microsecond to a minute, three digits exact.
#[derive(Debug)]
pub(crate) struct Latency {
    histogram: Histogram<u64>,
}

/// Percentiles in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Percentiles {
    pub(crate) count: u64,
    pub(crate) mean: f64,
    pub(crate) p50: u64,
    pub(crate) p90: u64,
    pub(crate) p99: u64,
    pub(crate) p99_9: u64,
    pub(crate) max: u64,
}

impl Latency {
    pub(crate) fn new() -> Self {
        let histogram = Histogram::new_with_bounds(1, 60_000_000, 3).expect("the bounds are in order");
        Self { histogram }
    }

    /// Records what lies between the time at which something was due and now.
    #[inline]
    pub(crate) fn record(&mut self, due: Nanos, now: Nanos) {
        self.histogram.saturating_record(now.saturating_sub(due) / 1_000);
    }

    pub(crate) fn clear(&mut self) {
        self.histogram.reset();
    }

    pub(crate) fn percentiles(&self) -> Percentiles {
        let at = |quantile| self.histogram.value_at_quantile(quantile);
        Percentiles {
            count: self.histogram.len(),
            mean: self.histogram.mean(),
            p50: at(0.5),
            p90: at(0.9),
            p99: at(0.99),
            p99_9: at(0.999),
            max: self.histogram.max(),
        }
    }
}
