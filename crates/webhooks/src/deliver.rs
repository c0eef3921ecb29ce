use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use campanile_control::{Attempt, Claim, ClaimNext, Outcome, Standing, Store, boundary};
use reqwest::header::{HeaderMap, HeaderValue};
use time::OffsetDateTime;
use tokio::{
    sync::{Semaphore, watch},
    time::sleep,
};
use uuid::Uuid;

use crate::{
    Attempted,
    attempted::AttemptListener,
    bell::Bell,
    counters::Counters,
    follow::{Attempting, Followed, Follower},
    post::{Poster, Reply, Request},
    schedule::{Circumstances, decide, random_jitter},
    signing::{Label, headers, masked},
};

/// How long a request may go on after the process was told to end.
const GRACE: Duration = Duration::from_secs(3);
/// Tries to record what became of a request; after them the lease ends, and it is sent again.
const SETTLE_TRIES: u32 = 5;
/// Batches that a lane sends in a row before it queues up again, so that the others get their turn.
const IN_A_ROW: u32 = 32;

/// Failures that are written down at once. Hundreds of endpoints may time out in the same second: they must
/// not take all connections to the database from those that answer.
pub(crate) const FAILURES_AT_ONCE: usize = 2;

/// What a delivery needs beside its claim. Cloning shares it.
#[derive(Clone)]
pub(crate) struct Courier {
    pub(crate) store: Store,
    pub(crate) incarnation: Uuid,
    pub(crate) poster: Poster,
    pub(crate) counters: Arc<Counters>,
    pub(crate) bell: Bell,
    pub(crate) failures: Arc<Semaphore>,
    pub(crate) listener: AttemptListener,
    pub(crate) follower: Follower,
}

impl Courier {
    /// Posts a claimed batch once and settles the claim, then the lane's next batches; or releases the claim
    /// when the process ends first.
    pub(crate) async fn run(self, claim: Claim, mut stop: watch::Receiver<bool>) {
        let mut next = Some(claim);
        let mut sent = 0;
        while let Some(claim) = next.take() {
            sent += 1;
            let goes_on = sent < IN_A_ROW && !*stop.borrow();
            let end_of_grace = async {
                let _ = stop.wait_for(|stop| *stop).await;
                sleep(GRACE).await;
            };
            tokio::select! {
                settled = self.deliver(&claim, goes_on) => next = settled,
                () = end_of_grace => self.release(&claim).await,
            }
        }
        if sent == IN_A_ROW {
            self.bell.ring();
        }
    }

    /// The lane's next batch, if it is to go on.
    async fn deliver(&self, claim: &Claim, goes_on: bool) -> Option<Claim> {
        let at = OffsetDateTime::now_utc();
        let (recipient, body) = (&claim.recipient, Bytes::from(claim.to_body()));
        let followed = self.follow(claim);
        let mut headers = headers(recipient, &Label::of(&claim.ticket), &body, at);
        if let Some(followed) = &followed {
            trace(&mut headers, followed.as_ref());
        }
        let request_headers = masked(&headers);
        boundary("post.sending");
        let request = Request {
            url: &recipient.url,
            tenant: recipient.tenant_id,
            is_proven: claim.standing == Standing::Proven,
            headers,
            body,
            timeout: recipient.timeout,
        };
        let reply = self.poster.post(request).await;
        boundary("post.answered");
        let outcome = outcome(claim, &reply);
        self.counters.add_attempt(recipient.id, outcome, reply.duration);
        self.counters.add_request(recipient.tenant_id, recipient.app_id);
        let attempt = to_attempt(at, request_headers, reply);
        if let Some(followed) = followed {
            followed.end(attempt.status, attempt.error.as_deref());
        }
        self.listener.tell(|| Attempted {
            app_id: recipient.app_id,
            webhook: recipient.id,
            delivery: claim.ticket.delivery_id,
            status: attempt.status,
            error: attempt.error.clone(),
        });
        tracing::debug!(
            app.id = %recipient.app_id, webhook.id = %recipient.id, delivery.id = %claim.ticket.delivery_id,
            attempt = claim.ticket.attempt, replay = claim.ticket.replay, status = attempt.status, ?outcome,
            "webhook posted"
        );
        self.settle(claim, &attempt, outcome, goes_on).await
    }

    fn follow(&self, claim: &Claim) -> Option<Box<dyn Followed>> {
        let Claim { ticket, recipient, .. } = claim;
        let (app_id, webhook, delivery) = (recipient.app_id, recipient.id, ticket.delivery_id);
        self.follower.begin(&Attempting { app_id, webhook, delivery, attempt: ticket.attempt })
    }

    async fn settle(
        &self,
        claim: &Claim,
        attempt: &Attempt,
        outcome: Outcome,
        goes_on: bool,
    ) -> Option<Claim> {
        let next = goes_on.then_some(ClaimNext { incarnation: self.incarnation });
        let _turn = match outcome {
            Outcome::Delivered => None,
            Outcome::RetryIn(_) | Outcome::Dead | Outcome::Disable(_) => self.failures.acquire().await.ok(),
        };
        let mut pause = Duration::from_millis(200);
        for _ in 0..SETTLE_TRIES {
            match self.store.settle(&claim.ticket, attempt, outcome, next).await {
                Ok(settled) => {
                    if let Outcome::Disable(reason) = outcome {
                        tracing::warn!(
                            app.id = %claim.recipient.app_id, webhook.id = %claim.recipient.id,
                            reason = reason.as_str(), "a webhook was disabled"
                        );
                    }
                    return settled.next;
                }
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "a webhook try is not recorded");
                }
            }
            sleep(pause).await;
            pause *= 2;
        }
        None
    }

    async fn release(&self, claim: &Claim) {
        if let Err(error) = self.store.release(&claim.ticket).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "a webhook lane stays leased");
        }
    }
}

/// Tells the endpoint of which trace the request is.
fn trace(headers: &mut HeaderMap, followed: &dyn Followed) {
    if let Ok(parent) = HeaderValue::try_from(followed.traceparent()) {
        headers.insert("traceparent", parent);
    }
}

fn outcome(claim: &Claim, reply: &Reply) -> Outcome {
    let (ticket, recipient) = (&claim.ticket, &claim.recipient);
    let circumstances = Circumstances {
        attempt: ticket.attempt,
        // While an endpoint is paused or disabled, no time runs.
        since: ticket.since.max(recipient.active_since),
        order: recipient.order,
        failing_since: recipient.failing_since,
        may_disable: true,
    };
    decide(reply.verdict(), &circumstances, OffsetDateTime::now_utc(), random_jitter())
}

fn to_attempt(
    at: OffsetDateTime,
    request_headers: std::collections::BTreeMap<String, String>,
    reply: Reply,
) -> Attempt {
    let (duration, error) = (reply.duration, reply.error());
    let answer = reply.result.ok();
    Attempt {
        at,
        duration,
        status: answer.as_ref().map(|answer| answer.status),
        error,
        request_headers,
        response_headers: answer.as_ref().map(|answer| answer.headers.clone()).unwrap_or_default(),
        response_excerpt: answer.map(|answer| answer.excerpt),
    }
}
