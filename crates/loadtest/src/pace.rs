use crate::clock::{Nanos, SECOND};

/// When the next operation may begin.
#[derive(Clone, Debug)]
pub(crate) enum Pace {
    /// Closed loop: as soon as fewer than this are under way.
    Window(usize),
    /// Open loop: at these times, whatever became of those before.
    Schedule(Schedule),
}

/// Times at even distances. An operation counts from the time at which it was due, even if it could not
/// begin then: a server that stalls delays all that would have come meanwhile, and a generator that
/// forgave this would report only one slow operation ("coordinated omission").
#[derive(Clone, Debug)]
pub(crate) struct Schedule {
    start: Nanos,
    per_second: f64,
    begun: u64,
}

impl Schedule {
    pub(crate) fn new(start: Nanos, per_second: f64) -> Self {
        Self { start, per_second, begun: 0 }
    }

    /// When the next is due.
    pub(crate) fn next(&self) -> Nanos {
        self.start.saturating_add((self.begun as f64 * SECOND as f64 / self.per_second) as Nanos)
    }
}

impl Pace {
    pub(crate) fn new(window: usize, rate: Option<f64>, start: Nanos) -> Self {
        match rate {
            Some(per_second) => Self::Schedule(Schedule::new(start, per_second)),
            None => Self::Window(window),
        }
    }

    /// The time from which the next operation counts, if it may begin now.
    pub(crate) fn begin(&mut self, under_way: usize, now: Nanos) -> Option<Nanos> {
        match self {
            Self::Window(window) => (under_way < *window).then_some(now),
            Self::Schedule(schedule) => {
                let due = schedule.next();
                if due > now {
                    return None;
                }
                schedule.begun += 1;
                Some(due)
            }
        }
    }

    /// How many are due and were not begun.
    pub(crate) fn overdue(&self, now: Nanos) -> u64 {
        match self {
            Self::Window(_) => 0,
            Self::Schedule(Schedule { start, per_second, begun }) => {
                let due = now.saturating_sub(*start) as f64 * per_second / SECOND as f64;
                (due as u64 + 1).saturating_sub(*begun)
            }
        }
    }

    /// When to look again, if time alone decides.
    pub(crate) fn next(&self) -> Option<Nanos> {
        match self {
            Self::Window(_) => None,
            Self::Schedule(schedule) => Some(schedule.next()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::latency::Latency;

    const MILLISECOND: Nanos = SECOND / 1_000;

    #[test]
    fn a_closed_loop_keeps_its_window() {
        let mut pace = Pace::new(2, None, 0);
        assert_eq!(pace.begin(1, 5), Some(5));
        assert_eq!(pace.begin(2, 5), None);
    }

    /// A thousand per second, each answered at once, but for a stall of one second: half of what was due
    /// in those two seconds waited, on average for half a second.
    #[test]
    fn a_stall_is_charged_to_all_that_was_due_meanwhile() {
        let mut pace = Pace::new(0, Some(1_000.0), 0);
        let mut latency = Latency::new();
        for now in (0..1_000).chain(2_000..2_001).map(|at| at * MILLISECOND) {
            while let Some(due) = pace.begin(0, now) {
                latency.record(due, now);
            }
        }
        let percentiles = latency.percentiles();
        assert_eq!(percentiles.count, 2_001);
        assert!((490_000..510_000).contains(&u64::from_f64(percentiles.mean * 2.0)), "{percentiles:?}");
        assert!((990_000..=1_000_500).contains(&percentiles.max), "{percentiles:?}");
        assert!((970_000..990_000).contains(&percentiles.p99), "{percentiles:?}");
    }

    #[test]
    fn what_was_due_and_not_begun_is_counted() {
        let mut pace = Pace::new(0, Some(10.0), 0);
        assert_eq!(pace.begin(0, 250 * MILLISECOND), Some(0));
        assert_eq!(pace.overdue(250 * MILLISECOND), 2);
        assert_eq!(Pace::new(1, None, 0).overdue(SECOND), 0);
    }

    trait FromF64 {
        fn from_f64(value: f64) -> Self;
    }

    impl FromF64 for u64 {
        fn from_f64(value: f64) -> Self {
            value.round() as Self
        }
    }
}
