use std::time::{Duration, Instant};

use campanile_protocol::limits::ACTIVITY_TIMEOUT_SECONDS;

/// What is known of a peer's being there. Anything it sends is a sign of life.
#[derive(Clone, Copy, Debug)]
pub(super) struct Liveness {
    heard_at: Instant,
    /// When it was asked for a sign of life since then.
    asked_at: Option<Instant>,
}

/// What a look at it asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Fine,
    /// Ask for a sign of life.
    Ask,
    /// It did not give one.
    Gone,
}

/// Well-behaved clients ping within the activity timeout; this much later we ask.
const SILENCE_BEFORE_PING: Duration = Duration::from_secs(ACTIVITY_TIMEOUT_SECONDS as u64 + 30);
/// How long a peer may take to answer.
const PONG_TIMEOUT: Duration = Duration::from_secs(30);

impl Liveness {
    pub(super) fn new(heard_at: Instant) -> Self {
        Self { heard_at, asked_at: None }
    }

    pub(super) fn asked(self, now: Instant) -> Self {
        Self { asked_at: Some(now), ..self }
    }

    pub(super) fn heard_at(self) -> Instant {
        self.heard_at
    }

    pub(super) fn judge(self, now: Instant) -> Verdict {
        match self.asked_at {
            None if now.duration_since(self.heard_at) >= SILENCE_BEFORE_PING => Verdict::Ask,
            Some(at) if now.duration_since(at) >= PONG_TIMEOUT => Verdict::Gone,
            None | Some(_) => Verdict::Fine,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silent_peer_is_asked_after_the_activity_timeout() {
        let start = Instant::now();
        let heard = Liveness::new(start);
        assert_eq!(heard.judge(start + Duration::from_secs(149)), Verdict::Fine);
        assert_eq!(heard.judge(start + Duration::from_secs(150)), Verdict::Ask);
    }

    #[test]
    fn a_peer_that_does_not_answer_within_thirty_seconds_is_gone() {
        let start = Instant::now();
        let asked = Liveness::new(start).asked(start);
        assert_eq!(asked.judge(start + Duration::from_secs(29)), Verdict::Fine);
        assert_eq!(asked.judge(start + Duration::from_secs(30)), Verdict::Gone);
    }
}
