use std::{sync::atomic::Ordering::Relaxed, time::Duration};

use campanile_control::{Attempt, Claim, Outcome, Store};
use time::OffsetDateTime;
use tokio::{sync::watch, time::sleep};

use crate::{
    body::body,
    counters::Counters,
    post::{Poster, Reply},
    schedule::pause_after,
    signing::headers,
};

/// How long a request may go on after the process was told to end.
const GRACE: Duration = Duration::from_secs(3);
/// Tries to record what became of a request; after them the lease ends, and it is sent again.
const SETTLE_TRIES: u32 = 5;

/// What a delivery needs beside its claim.
pub(crate) struct Delivery<'a> {
    pub(crate) store: &'a Store,
    pub(crate) poster: &'a Poster,
    pub(crate) counters: &'a Counters,
}

impl Delivery<'_> {
    /// Posts a claimed batch once and settles the claim, or releases it when the process ends first.
    pub(crate) async fn run(&self, claim: &Claim, mut stop: watch::Receiver<bool>) {
        let at = OffsetDateTime::now_utc();
        let body = body(&claim.batch);
        let headers = headers(claim, &body, at);
        let end_of_grace = async {
            let _ = stop.wait_for(|stop| *stop).await;
            sleep(GRACE).await;
        };
        tokio::select! {
            reply = self.poster.post(&claim.url, headers, body) => self.settle(claim, at, reply).await,
            () = end_of_grace => {
                if let Err(error) = self.store.release(std::slice::from_ref(claim)).await {
                    tracing::warn!(error = &error as &dyn std::error::Error, "a webhook lane stays leased");
                }
            }
        }
    }

    async fn settle(&self, claim: &Claim, at: OffsetDateTime, reply: Reply) {
        let age = Duration::try_from(at - claim.batch.frozen_at).unwrap_or_default();
        let outcome = outcome(&reply, claim.batch.attempt, age, random_jitter());
        let attempt = to_attempt(at, reply);
        self.count(outcome);
        tracing::debug!(
            app.id = %claim.app_id, webhook.id = %claim.endpoint_id, batch.id = %claim.batch.id,
            attempt = claim.batch.attempt, status = attempt.status, ?outcome, "webhook posted"
        );
        let mut pause = Duration::from_millis(200);
        for _ in 0..SETTLE_TRIES {
            match self.store.settle(claim, &attempt, outcome).await {
                Ok(_) => return,
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "a webhook try is not recorded");
                }
            }
            sleep(pause).await;
            pause *= 2;
        }
    }

    fn count(&self, outcome: Outcome) {
        let counters = self.counters;
        match outcome {
            Outcome::Delivered => counters.delivered.fetch_add(1, Relaxed),
            Outcome::RetryIn(_) | Outcome::Gone => counters.failed.fetch_add(1, Relaxed),
            Outcome::Dropped => {
                counters.dropped.fetch_add(1, Relaxed);
                counters.failed.fetch_add(1, Relaxed)
            }
        };
    }
}

/// What follows from a reply to try number `attempt` of a batch of that age.
fn outcome(reply: &Reply, attempt: u32, age: Duration, jitter: f64) -> Outcome {
    let retry_after = match &reply.result {
        Ok(answer) if (200..300).contains(&answer.status) => return Outcome::Delivered,
        Ok(answer) if answer.status == 410 => return Outcome::Gone,
        Ok(answer) if matches!(answer.status, 429 | 503) => answer.retry_after,
        Ok(_) | Err(_) => None,
    };
    pause_after(attempt, age, retry_after, jitter).map_or(Outcome::Dropped, Outcome::RetryIn)
}

fn to_attempt(at: OffsetDateTime, reply: Reply) -> Attempt {
    let duration = reply.duration;
    match reply.result {
        Ok(answer) => {
            let error = match answer.status {
                200..300 => None,
                300..400 => Some("redirects are not followed".to_owned()),
                status => Some(format!("the endpoint answered {status}")),
            };
            let (status, response_excerpt) = (Some(answer.status), Some(answer.excerpt));
            Attempt { at, duration, status, error, response_excerpt }
        }
        Err(error) => {
            Attempt { at, duration, status: None, error: Some(error.to_string()), response_excerpt: None }
        }
    }
}

/// Between −1 and 1.
fn random_jitter() -> f64 {
    let random = getrandom::u32().expect("the operating system's random source never fails once it is up");
    f64::from(random) / f64::from(u32::MAX) * 2.0 - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::{Answer, PostError};

    fn outcome_of(status: u16, retry_after: Option<Duration>, age: Duration) -> Outcome {
        let result = Ok(Answer { status, retry_after, excerpt: String::new() });
        outcome(&Reply { duration: Duration::ZERO, result }, 1, age, 0.0)
    }

    #[test]
    fn a_status_decides_what_follows() {
        let minute = Some(Duration::from_secs(60));
        let retry = |seconds| Outcome::RetryIn(Duration::from_secs(seconds));
        let three_days = Duration::from_secs(72 * 3600);
        for (status, retry_after, age, expected) in [
            (200, None, Duration::ZERO, Outcome::Delivered),
            (204, None, Duration::ZERO, Outcome::Delivered),
            (299, None, Duration::ZERO, Outcome::Delivered),
            (301, None, Duration::ZERO, retry(1)),
            (400, None, Duration::ZERO, retry(1)),
            (410, None, Duration::ZERO, Outcome::Gone),
            (429, minute, Duration::ZERO, retry(60)),
            (503, minute, Duration::ZERO, retry(60)),
            (500, minute, Duration::ZERO, retry(1)),
            (500, None, three_days, Outcome::Dropped),
            (200, None, three_days, Outcome::Delivered),
        ] {
            assert_eq!(outcome_of(status, retry_after, age), expected, "{status}");
        }
        let silent = Reply { duration: Duration::ZERO, result: Err(PostError::Broken) };
        assert_eq!(outcome(&silent, 2, Duration::ZERO, 0.0), retry(2));
    }
}
