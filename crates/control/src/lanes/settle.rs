use std::time::Duration;

use time::OffsetDateTime;

use crate::{Claim, Store, StoreError};

const EXCERPT_BYTES: usize = 4096;

/// What became of one try, for its owner to see.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// When it began.
    pub at: OffsetDateTime,
    /// How long it took.
    pub duration: Duration,
    /// What the endpoint answered, if it did.
    pub status: Option<u16>,
    /// Why it failed, in words for the owner.
    pub error: Option<String>,
    /// The beginning of the answer; at most 4 KiB of it are kept.
    pub response_excerpt: Option<String>,
}

/// What follows from a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The endpoint has it: the lane goes on.
    Delivered,
    /// Again, not before this much time has passed.
    RetryIn(Duration),
    /// Enough tries: the batch is marked as dropped, and the lane goes on.
    Dropped,
    /// The endpoint asked never to be posted to again: it is disabled.
    Gone,
}

impl Outcome {
    fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::RetryIn(_) | Self::Gone => "failed",
            Self::Dropped => "dropped",
        }
    }
}

impl Store {
    /// Records a try and frees the lane, in one transaction. `false`, and nothing is recorded, when
    /// the claim is no longer the lane's: it was settled by someone else after its lease had ended.
    pub async fn settle(
        &self,
        claim: &Claim,
        attempt: &Attempt,
        outcome: Outcome,
    ) -> Result<bool, StoreError> {
        let moves_on = matches!(outcome, Outcome::Delivered | Outcome::Dropped);
        let pause = if let Outcome::RetryIn(pause) = outcome { pause } else { Duration::ZERO };
        let events = &claim.batch.events;
        let settled = sqlx::query(
            "with settled as (
                 update webhook_lanes set
                     cursor = case when $4 then batch_upto else cursor end,
                     batch_id = case when $4 then null else batch_id end,
                     batch_upto = case when $4 then null else batch_upto end,
                     batch_at = case when $4 then null else batch_at end,
                     attempt = case when $4 then 0 else attempt + 1 end,
                     next_at = now() + make_interval(secs => $5),
                     locked_until = null, last_attempt_at = $6, last_status = $7
                 where id = $1 and batch_id = $2 and attempt = $3 - 1
                 returning id, endpoint_id
             ), disabled as (
                 update webhook_endpoints w set state = 'disabled'
                 from settled where w.id = settled.endpoint_id and $8
             )
             insert into webhook_attempts (lane_id, endpoint_id, batch_id, attempt, first_seq, last_seq,
                 outcome, status, duration_ms, error, response_excerpt, at)
             select id, endpoint_id, $2, $3, $9, $10, $11, $7, $12, $13, $14, $6 from settled",
        )
        .bind(claim.lane_id)
        .bind(claim.batch.id)
        .bind(i32::try_from(claim.batch.attempt).unwrap_or(i32::MAX))
        .bind(moves_on)
        .bind(pause.as_secs_f64())
        .bind(attempt.at)
        .bind(attempt.status.map(i32::from))
        .bind(outcome == Outcome::Gone)
        .bind(events.first().map_or(0, |event| event.seq))
        .bind(events.last().map_or(0, |event| event.seq))
        .bind(outcome.as_str())
        .bind(i32::try_from(attempt.duration.as_millis()).unwrap_or(i32::MAX))
        .bind(attempt.error.as_deref().map(storable))
        .bind(attempt.response_excerpt.as_deref().map(storable))
        .execute(&self.pool)
        .await?;
        Ok(settled.rows_affected() > 0)
    }
}

/// The beginning of a foreign text without what PostgreSQL's text may not hold.
fn storable(text: &str) -> String {
    let mut text = text.replace('\0', "\u{fffd}");
    text.truncate(text.floor_char_boundary(EXCERPT_BYTES));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_foreign_text_is_cut_at_a_character_and_made_storable() {
        assert_eq!(storable("a\0b"), "a\u{fffd}b");
        let long = storable(&"ü".repeat(3000));
        assert_eq!(long.len(), EXCERPT_BYTES);
        assert_eq!(storable(&format!("x{}", "ü".repeat(3000))).len(), EXCERPT_BYTES - 1);
    }
}
