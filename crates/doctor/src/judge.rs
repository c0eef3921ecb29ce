//! What an attempt comes to.

use std::time::Duration;

use crate::{
    attempt::Attempt,
    explain::Circumstances,
    failure::Failure,
    finding::{Explanation, Finding, Step},
    proxy, text,
};

/// More than this above the way's own time is a delay that somebody adds.
const TOLERATED_DELAY: Duration = Duration::from_millis(150);
/// Of the patience, for everything up to the welcome.
const PROMPT: u32 = 5;

/// What an attempt is compared with.
pub(crate) struct Yardstick {
    /// The time of a TCP connection.
    pub(crate) round_trip: Duration,
    /// Whether answers that end arrive.
    pub(crate) polling_works: bool,
}

/// A finding for the attempt.
pub(crate) fn judge(attempt: &Attempt, circumstances: &Circumstances, yardstick: &Yardstick) -> Finding {
    let step = attempt.step;
    let finding = match &attempt.outcome {
        Err(failure) => Finding::failed(step, failed(attempt, failure, circumstances, yardstick)),
        Ok(_) => match late(attempt, circumstances, yardstick) {
            Some(explanation) => Finding::warned(step, explanation),
            None => Finding::passed(step, good(attempt)),
        },
    };
    finding.took(attempt.duration).with(attempt.measured())
}

fn good(attempt: &Attempt) -> String {
    let ping = attempt.ping.map(text::duration).unwrap_or_default();
    match attempt.step {
        Step::Websocket => format!("connected, a ping returns in {ping}, subscriptions work"),
        Step::XhrStreaming => {
            format!("flows: welcome at once, a later message {ping} after it was asked for")
        }
        Step::Sse => "opens and subscribes at once".to_owned(),
        Step::LongPolling => "connects and subscribes".to_owned(),
        _ => format!("connects, a ping returns in {ping}, subscriptions work"),
    }
}

fn is_stream(step: Step) -> bool {
    matches!(step, Step::XhrStreaming | Step::Sse)
}

fn failed(
    attempt: &Attempt,
    failure: &Failure,
    circumstances: &Circumstances,
    yardstick: &Yardstick,
) -> Explanation {
    match failure {
        Failure::Silent(_) if is_stream(attempt.step) => held_back(attempt, circumstances, yardstick),
        _ => circumstances.explain(attempt.step, failure),
    }
}

/// A stream of which nothing, or nothing more, arrives.
fn held_back(attempt: &Attempt, circumstances: &Circumstances, yardstick: &Yardstick) -> Explanation {
    let (opening, patience) = (&attempt.opening, text::duration(circumstances.patience));
    let seen = match (opening.headers, opening.open, opening.welcome) {
        (_, _, Some(time)) => {
            format!("the beginning arrived after {}, but nothing that was sent later", text::duration(time))
        }
        (_, Some(time), None) => {
            format!("it opened after {}, then nothing in {patience}", text::duration(time))
        }
        (Some(time), None, None) => {
            format!("headers arrived after {}, then nothing in {patience}", text::duration(time))
        }
        (None, None, None) => format!("nothing arrived in {patience}, not even headers"),
    };
    let why = match yardstick.polling_works {
        true => ", although polling works: a proxy holds responses back until they end",
        false => "",
    };
    Explanation::new(format!("{seen}{why}"), proxy::streaming_advice(&circumstances.traces))
}

/// It works, and would work faster without somebody in between.
fn late(attempt: &Attempt, circumstances: &Circumstances, yardstick: &Yardstick) -> Option<Explanation> {
    let (welcome, way) = (attempt.opening.welcome?, yardstick.round_trip * 4);
    if is_stream(attempt.step) && welcome > way + circumstances.patience / PROMPT {
        let words =
            format!("works, but the welcome took {}: something collects it first", text::duration(welcome));
        return Some(Explanation::new(words, proxy::streaming_advice(&circumstances.traces)));
    }
    let ping = attempt.ping.filter(|ping| *ping > way + TOLERATED_DELAY)?;
    let words = format!(
        "works, but a ping returns only after {}, where the way itself takes {}",
        text::duration(ping),
        text::duration(yardstick.round_trip)
    );
    Some(Explanation::new(
        words,
        "A proxy that waits for more adds about 200 ms to each message: haproxy needs `option http-no-delay`. \
         Otherwise look at the platform's load.",
    ))
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderMap;
    use tokio::time::Instant;

    use super::*;
    use crate::{
        finding::Outcome,
        line::{Line, Opening, Speech},
    };

    const PATIENCE: Duration = Duration::from_secs(5);

    /// An attempt that worked.
    fn worked(step: Step, welcome: Duration, ping: Duration) -> Attempt {
        let start = Instant::now();
        let line = Line::start(Speech::Mute, |_| async { Failure::Ended });
        let opening = Opening { welcome: Some(welcome), ..Opening::default() };
        Attempt { step, opening, ping: Some(ping), duration: start.elapsed(), outcome: Ok(line) }
    }

    #[tokio::test]
    async fn what_takes_longer_than_the_way_is_told() {
        let millis = Duration::from_millis;
        let circumstances =
            Circumstances { patience: PATIENCE, is_tls: false, origin: None, traces: HeaderMap::new() };
        for (step, welcome, ping, round_trip, expected) in [
            (Step::XhrStreaming, millis(20), millis(2), millis(1), None),
            (Step::XhrStreaming, millis(1100), millis(2), millis(1), Some("something collects it first")),
            (Step::XhrPolling, millis(1100), millis(2), millis(1), None),
            (Step::XhrStreaming, millis(20), millis(203), millis(1), Some("only after 203 ms")),
            (Step::XhrStreaming, millis(700), millis(300), millis(150), None),
        ] {
            let yardstick = Yardstick { round_trip, polling_works: true };
            let finding = judge(&worked(step, welcome, ping), &circumstances, &yardstick);
            match expected {
                Some(words) => {
                    assert_eq!(finding.outcome, Outcome::Warned);
                    assert!(finding.words.contains(words), "{finding:?}");
                }
                None => assert_eq!(finding.outcome, Outcome::Passed, "{finding:?}"),
            }
        }
    }
}
