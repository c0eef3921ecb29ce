use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

const SECOND: Duration = Duration::from_secs(1);

/// When the client events of the last second were sent: so many fit into every second, wherever it
/// begins. Holds nothing for a connection that sends none.
#[derive(Debug, Default)]
pub(super) struct ClientEventRate(VecDeque<Instant>);

impl ClientEventRate {
    /// Whether one more may be sent now.
    pub(super) fn take(&mut self, now: Instant, per_second: u32) -> bool {
        while self.0.front().is_some_and(|at| now.duration_since(*at) >= SECOND) {
            self.0.pop_front();
        }
        let is_free = self.0.len() < per_second as usize;
        if is_free {
            self.0.push_back(now);
        }
        is_free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_second_holds_more_than_allowed() {
        let (mut rate, start) = (ClientEventRate::default(), Instant::now());
        let at = |millis| start + Duration::from_millis(millis);
        assert!(rate.take(at(0), 10));
        assert!((0..9).all(|_| rate.take(at(900), 10)));
        assert!(!rate.take(at(999), 10));
        assert!(rate.take(at(1000), 10));
        assert!(!rate.take(at(1001), 10));
        assert!(rate.take(at(1900), 10));
    }
}
