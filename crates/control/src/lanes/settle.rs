use std::time::Duration;

use campanile_protocol::AppId;
use sqlx::PgConnection;

use super::{Attempt, Claim, ClaimNext, Standing, Ticket, replays::settle_replay, tries::record_try};
use crate::{
    DisabledReason, Letter, Store, StoreError, boundary, deliveries::lock_replays, notices::Audience,
    webhooks::lock_lanes,
};

/// An endpoint that takes longer shares the places of those that fail.
const PROMPT: Duration = Duration::from_secs(2);
/// Until the next try when the endpoint was to be disabled, and was not.
const NOT_DISABLED: Duration = Duration::from_secs(60);

/// What follows from a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The endpoint has it: the lane goes on.
    Delivered,
    /// Again, not before this much time has passed.
    RetryIn(Duration),
    /// Enough tries: the batch becomes a dead letter, and the lane goes on.
    Dead,
    /// The endpoint is disabled, see [`Settled::is_disabled`]. The batch stays, and is tried again when it is
    /// resumed.
    Disable(DisabledReason),
}

/// What came of settling.
#[derive(Debug)]
pub struct Settled {
    /// False, and nothing is recorded, when the claim was no longer its holder's: it was settled by someone
    /// else after its lease had ended, or the endpoint is gone.
    pub is_recorded: bool,
    /// Whether this disabled the endpoint. It does not when the endpoint is disabled already, was resumed or
    /// moved, or another of its lanes has succeeded meanwhile: the batch is then tried again.
    pub is_disabled: bool,
    /// The lane's next batch, when it was asked for and there is one.
    pub next: Option<Claim>,
}

/// What a try left behind that was still its holder's to settle.
pub(super) struct Left {
    /// Whether the lane goes on at once.
    pub(super) has_more: bool,
}

impl Outcome {
    pub(super) fn moves_on(self) -> bool {
        matches!(self, Self::Delivered | Self::Dead)
    }

    pub(super) fn pause(self) -> Duration {
        match self {
            Self::RetryIn(pause) => pause,
            Self::Disable(_) => NOT_DISABLED,
            Self::Delivered | Self::Dead => Duration::ZERO,
        }
    }

    fn standing(self, duration: Duration) -> Standing {
        if self == Self::Delivered && duration <= PROMPT { Standing::Proven } else { Standing::Laggard }
    }
}

impl Store {
    /// Records a try and frees the lane, in one transaction. With `next`, a lane that goes on is claimed
    /// again in the same one: its holder keeps it.
    pub async fn settle(
        &self,
        ticket: &Ticket,
        attempt: &Attempt,
        outcome: Outcome,
        next: Option<ClaimNext>,
    ) -> Result<Settled, StoreError> {
        let mut transaction = self.pool.begin().await?;
        if ticket.replay_id.is_some() {
            lock_replays(&mut transaction, ticket.endpoint_id).await?;
        }
        if let Outcome::Disable(_) = outcome {
            // That changes all of the endpoint's lanes: all of them in their order, before its own.
            lock_lanes(&mut transaction, None, ticket.endpoint_id).await?;
        }
        let left = match ticket.replay_id {
            Some(replay) => settle_replay(&mut transaction, ticket, replay, outcome).await?,
            None => settle_lane(&mut transaction, ticket, attempt, outcome).await?,
        };
        let Some(Left { has_more }) = left else {
            return Ok(Settled { is_recorded: false, is_disabled: false, next: None });
        };
        let is_disabled = record_try(&mut transaction, ticket, attempt, outcome).await?;
        if is_disabled && let Outcome::Disable(reason) = outcome {
            self.tell_disabled(&mut transaction, ticket, attempt, reason).await?;
        }
        let next = match next {
            Some(ClaimNext { incarnation }) if has_more => {
                self.claim_lanes(&mut transaction, &[ticket.lane_id], incarnation).await?.pop()
            }
            Some(_) | None => None,
        };
        boundary("settle.written");
        transaction.commit().await?;
        boundary("settle.committed");
        Ok(Settled { is_recorded: true, is_disabled, next })
    }

    /// Those who can mend an endpoint are told that it gets nothing any more.
    async fn tell_disabled(
        &self,
        connection: &mut PgConnection,
        ticket: &Ticket,
        attempt: &Attempt,
        reason: DisabledReason,
    ) -> Result<(), StoreError> {
        let (app_id, app, url): (i64, String, String) = sqlx::query_as(
            "select a.id, a.name, w.url from webhook_endpoints w join apps a on a.id = w.app_id
             where w.tenant_id = $1 and w.id = $2",
        )
        .bind(ticket.tenant_id.0)
        .bind(ticket.endpoint_id)
        .fetch_one(&mut *connection)
        .await?;
        let app_id = AppId::from_number(app_id).map_err(|_| StoreError::Corrupt("an app id"))?;
        let letter = Letter::WebhookDisabled {
            app_id,
            app,
            webhook: Some(ticket.endpoint_id),
            url,
            reason: reason.as_str().to_owned(),
            error: attempt.error.clone(),
        };
        self.notify(connection, ticket.tenant_id, Audience::Makers, &letter).await
    }
}

async fn settle_lane(
    connection: &mut PgConnection,
    ticket: &Ticket,
    attempt: &Attempt,
    outcome: Outcome,
) -> Result<Option<Left>, StoreError> {
    let has_more: Option<bool> = sqlx::query_scalar(
        "update webhook_lanes set
             cursor = case when $4 then batch_upto else cursor end,
             batch_id = case when $4 then null else batch_id end,
             batch_upto = case when $4 then null else batch_upto end,
             batch_at = case when $4 then null else batch_at end,
             attempt = case when $4 then 0 else attempt + 1 end,
             next_at = now() + make_interval(secs => $5),
             locked_until = null, last_attempt_at = $6, last_status = $7, standing = $8
         where id = $1 and batch_id = $2 and attempt = $3 - 1
         returning $4 and cursor < head and not is_held",
    )
    .bind(ticket.lane_id)
    .bind(ticket.delivery_id)
    .bind(i32::try_from(ticket.attempt).unwrap_or(i32::MAX))
    .bind(outcome.moves_on())
    .bind(outcome.pause().as_secs_f64())
    .bind(attempt.at)
    .bind(attempt.status.map(i32::from))
    .bind(outcome.standing(attempt.duration).number())
    .fetch_optional(connection)
    .await?;
    Ok(has_more.map(|has_more| Left { has_more }))
}
