use std::time::Duration;

use tokio::time::Instant;

use crate::{
    deadline::Deadline,
    failure::Failure,
    finding::Step,
    line::{Line, Opening},
};

/// The fastest counts: others may have met a busy moment.
const PINGS: usize = 3;

/// One try to connect on a transport, and how far it got.
pub(crate) struct Attempt {
    pub(crate) step: Step,
    pub(crate) opening: Opening,
    /// The fastest answer to a ping, where pings can be sent.
    pub(crate) ping: Option<Duration>,
    pub(crate) duration: Duration,
    /// The line is subscribed to the doctor's channel.
    pub(crate) outcome: Result<Line, Failure>,
}

/// Takes a line to its first subscription. Each wait is `patience` long at most.
pub(crate) struct Attempts<'a> {
    pub(crate) channel: &'a str,
    pub(crate) patience: Duration,
    pub(crate) deadline: Deadline,
}

impl Attempts<'_> {
    pub(crate) async fn make(&self, step: Step, start: Instant, line: Result<Line, Failure>) -> Attempt {
        let (mut opening, mut ping) = (Opening::default(), None);
        let outcome = match line {
            Ok(line) => self.converse(start, line, &mut opening, &mut ping).await,
            Err(failure) => Err(failure),
        };
        Attempt { step, opening, ping, duration: start.elapsed(), outcome }
    }

    async fn converse(
        &self,
        start: Instant,
        mut line: Line,
        opening: &mut Opening,
        ping: &mut Option<Duration>,
    ) -> Result<Line, Failure> {
        let (seen, outcome) = line.open(start, self.limit()).await;
        *opening = seen;
        outcome?;
        if line.can_speak() {
            for _ in 0..PINGS {
                let time = line.ping(self.limit()).await?;
                *ping = Some(ping.map_or(time, |best| best.min(time)));
            }
            line.subscribe(self.channel, "", self.limit()).await?;
        } else {
            line.subscribed(self.channel, self.limit()).await?;
        }
        Ok(line)
    }

    fn limit(&self) -> Deadline {
        self.deadline.within(self.patience)
    }
}

impl Attempt {
    /// A try that ended before it began.
    pub(crate) fn failed(step: Step, start: Instant, failure: Failure) -> Self {
        let (opening, duration) = (Opening::default(), start.elapsed());
        Self { step, opening, ping: None, duration, outcome: Err(failure) }
    }

    /// The times by name.
    pub(crate) fn measured(&self) -> Vec<(&'static str, Duration)> {
        let Opening { headers, prelude, open, welcome, .. } = &self.opening;
        let times = [
            ("headers", headers),
            ("prelude", prelude),
            ("open", open),
            ("welcome", welcome),
            ("ping", &self.ping),
        ];
        times.into_iter().filter_map(|(name, time)| Some((name, (*time)?))).collect()
    }
}
