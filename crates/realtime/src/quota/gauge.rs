use std::{
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, Instant},
};

/// How many connections there are, have been at most, and for how long: always the number of the places
/// that are held.
#[derive(Debug)]
pub(super) struct Gauge(Mutex<State>);

#[derive(Debug)]
struct State {
    open: u32,
    peak: u32,
    /// What all connections lasted together, up to `at`, and has not been taken.
    lasted: Duration,
    at: Instant,
}

/// A connection that counts; gives its place back when dropped.
#[derive(Debug)]
pub(crate) struct Counted(Arc<super::Meter>);

/// How connections were between two readings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ConnectionUsage {
    /// Open at the second reading.
    pub open: u32,
    /// The most at once.
    pub peak: u32,
    /// What all lasted together, in milliseconds: divided by the time in between, their average number.
    pub lasted_ms: u64,
}

impl Default for Gauge {
    fn default() -> Self {
        let state = State { open: 0, peak: 0, lasted: Duration::ZERO, at: Instant::now() };
        Self(Mutex::new(state))
    }
}

impl Gauge {
    fn state(&self) -> MutexGuard<'_, State> {
        // Held for a few instructions, none of which panics.
        self.0.lock().expect("no one panics holding it")
    }

    pub(super) fn open(&self) -> u32 {
        self.state().open
    }

    /// Takes the usage since it was taken last. What is less than a millisecond stays.
    pub(super) fn take(&self, now: Instant) -> ConnectionUsage {
        let mut state = self.state();
        state.advance(now);
        let lasted_ms = u64::try_from(state.lasted.as_millis()).unwrap_or(u64::MAX);
        state.lasted -= Duration::from_millis(lasted_ms);
        let open = state.open;
        ConnectionUsage { open, peak: std::mem::replace(&mut state.peak, open), lasted_ms }
    }
}

impl State {
    fn advance(&mut self, now: Instant) {
        self.lasted += now.saturating_duration_since(self.at) * self.open;
        self.at = self.at.max(now);
    }
}

impl Counted {
    /// Takes a place, if one is left.
    pub(super) fn enter(meter: &Arc<super::Meter>, most: Option<u32>, now: Instant) -> Option<Self> {
        let mut state = meter.connections.state();
        if most.is_some_and(|most| state.open >= most) {
            return None;
        }
        state.advance(now);
        state.open += 1;
        state.peak = state.peak.max(state.open);
        drop(state);
        Some(Self(meter.clone()))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut state = self.0.connections.state();
        state.advance(Instant::now());
        state.open -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quota::Meter;

    #[test]
    fn a_place_is_free_again_when_its_connection_ends() {
        let meter = Arc::new(Meter::new(1, 0));
        let now = Instant::now();
        let first = Counted::enter(&meter, Some(1), now).unwrap();
        assert!(Counted::enter(&meter, Some(1), now).is_none());
        drop(first);
        assert!(Counted::enter(&meter, Some(1), now).is_some());
        assert!(Counted::enter(&meter, None, now).is_some());
        assert_eq!(meter.connections.open(), 0);
    }

    #[test]
    fn the_peak_is_of_the_time_since_the_last_reading_and_the_average_is_weighted() {
        let meter = Arc::new(Meter::new(1, 0));
        let start = Instant::now() + Duration::from_secs(1);
        meter.connections.take(start);
        let at = |seconds| start + Duration::from_secs(seconds);
        let first = Counted::enter(&meter, None, at(0)).unwrap();
        let second = Counted::enter(&meter, None, at(30)).unwrap();
        let usage = meter.connections.take(at(60));
        assert_eq!(usage, ConnectionUsage { open: 2, peak: 2, lasted_ms: 90_000 });
        drop((first, second));
        let usage = meter.connections.take(at(60));
        assert_eq!((usage.open, usage.peak), (0, 2), "they were there when this time began");
        assert_eq!(meter.connections.take(at(120)), ConnectionUsage::default());
    }
}
