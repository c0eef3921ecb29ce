use std::{collections::BTreeMap, time::Duration};

use sqlx::{PgConnection, types::Json};
use time::OffsetDateTime;

use super::{Outcome, Ticket};
use crate::{DisabledReason, StoreError, webhooks::one_hot};

const EXCERPT_BYTES: usize = 4096;
const HEADERS_BYTES: usize = 2048;

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
    /// What was sent, without the values of the owner's own headers.
    pub request_headers: BTreeMap<String, String>,
    /// What came back; at most 2 KiB of it are kept.
    pub response_headers: BTreeMap<String, String>,
    /// The beginning of the answer; at most 4 KiB of it are kept.
    pub response_excerpt: Option<String>,
}

impl Outcome {
    /// The word in the table of attempts.
    fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::RetryIn(_) | Self::Disable(_) => "failed",
            Self::Dead => "dropped",
        }
    }

    /// How the delivery stands afterwards.
    fn state(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::RetryIn(_) | Self::Disable(_) => "retrying",
            Self::Dead => "dead",
        }
    }
}

/// Writes down one try of a delivery that the transaction holds: in the delivery itself, in the list of its
/// tries, and in how its endpoint is doing. Returns whether that disabled the endpoint.
pub(super) async fn record_try(
    connection: &mut PgConnection,
    ticket: &Ticket,
    attempt: &Attempt,
    outcome: Outcome,
) -> Result<bool, StoreError> {
    insert_try(connection, ticket, attempt, outcome).await?;
    if ticket.is_listened {
        return Ok(false);
    }
    count_try(connection, ticket, attempt, outcome).await?;
    judge_endpoint(connection, ticket, attempt, outcome).await
}

async fn insert_try(
    connection: &mut PgConnection,
    ticket: &Ticket,
    attempt: &Attempt,
    outcome: Outcome,
) -> Result<(), StoreError> {
    // A delivery that was delivered once stays delivered while it is being replayed.
    sqlx::query(
        "with delivery as (
             insert into webhook_deliveries as d (id, frozen_at, tenant_id, endpoint_id, lane_id, lane,
                 first_seq, last_seq, channels, state, attempts, replays, first_at, last_at, last_status,
                 last_error, duration_ms)
             select $1, $2, $3, $4, l.id, l.n, $6, $7,
                 coalesce($8, array(select distinct e.channel from webhook_events e
                     where e.lane_id = l.id and e.seq between $6 and $7 and e.channel is not null)),
                 $9, $10, $11, $12, $12, $13, $14, $15
             from webhook_lanes l where l.id = $5
             on conflict (id, frozen_at) do update set
                 state = case when excluded.state = 'retrying' and d.state = 'delivered'
                     then d.state else excluded.state end,
                 attempts = d.attempts + 1, last_at = excluded.last_at, last_status = excluded.last_status,
                 last_error = excluded.last_error, duration_ms = excluded.duration_ms
         )
         insert into webhook_attempts (lane_id, endpoint_id, batch_id, attempt, replay, first_seq, last_seq,
             outcome, status, duration_ms, error, response_excerpt, request_headers, response_headers, at)
         values ($5, $4, $1, $10, $11, $6, $7, $16, $13, $15, $14, $17, $18, $19, $12)",
    )
    .bind(ticket.delivery_id)
    .bind(ticket.frozen_at)
    .bind(ticket.tenant_id.0)
    .bind(ticket.endpoint_id)
    .bind(ticket.lane_id)
    .bind(ticket.first_seq)
    .bind(ticket.last_seq)
    .bind(&ticket.channels)
    .bind(outcome.state())
    .bind(to_i32(ticket.attempt))
    .bind(to_i32(ticket.replay))
    .bind(attempt.at)
    .bind(attempt.status.map(i32::from))
    .bind(attempt.error.as_deref().map(storable))
    .bind(i32::try_from(attempt.duration.as_millis()).unwrap_or(i32::MAX))
    .bind(outcome.as_str())
    .bind(attempt.response_excerpt.as_deref().map(storable))
    .bind(Json(&attempt.request_headers))
    .bind(Json(first_headers(&attempt.response_headers)))
    .execute(connection)
    .await?;
    Ok(())
}

/// Counts the try in its hour.
async fn count_try(
    connection: &mut PgConnection,
    ticket: &Ticket,
    attempt: &Attempt,
    outcome: Outcome,
) -> Result<(), StoreError> {
    let (durations, place) = one_hot(attempt.duration);
    let delivered = i32::from(outcome == Outcome::Delivered);
    sqlx::query(
        "insert into webhook_hours as h (tenant_id, endpoint_id, hour, delivered, failed, durations)
         values ($1, $2, date_trunc('hour', $3, 'UTC'), $4, $5, $6)
         on conflict (endpoint_id, hour) do update set delivered = h.delivered + excluded.delivered,
             failed = h.failed + excluded.failed, durations[$7] = h.durations[$7] + 1",
    )
    .bind(ticket.tenant_id.0)
    .bind(ticket.endpoint_id)
    .bind(attempt.at)
    .bind(delivered)
    .bind(1 - delivered)
    .bind(durations)
    .bind(place)
    .execute(connection)
    .await?;
    Ok(())
}

/// Notes when failures begin and end, and disables the endpoint if that is what follows. Nothing is written
/// while it goes on as before. Returns whether the endpoint was disabled.
async fn judge_endpoint(
    connection: &mut PgConnection,
    ticket: &Ticket,
    attempt: &Attempt,
    outcome: Outcome,
) -> Result<bool, StoreError> {
    let query = match outcome {
        // Lanes are claimed again and again: what another one has changed since is seen at the next try.
        Outcome::Delivered if !ticket.was_failing => return Ok(false),
        Outcome::RetryIn(_) | Outcome::Dead if ticket.was_failing => return Ok(false),
        Outcome::Delivered => sqlx::query(
            "update webhook_endpoints set failing_since = null
             where tenant_id = $1 and id = $2 and failing_since is not null",
        ),
        Outcome::RetryIn(_) | Outcome::Dead => sqlx::query(
            "update webhook_endpoints set failing_since = $3
             where tenant_id = $1 and id = $2 and failing_since is null",
        ),
        // Another lane may have succeeded meanwhile.
        Outcome::Disable(DisabledReason::Failing) => sqlx::query(
            "update webhook_endpoints
             set state = 'disabled', disabled_reason = 'failing', state_changed_at = now()
             where tenant_id = $1 and id = $2 and state = 'active'
               and failing_since <= $3 - interval '5 days'",
        ),
        Outcome::Disable(DisabledReason::Gone) => sqlx::query(
            "update webhook_endpoints set state = 'disabled', disabled_reason = 'gone',
                 state_changed_at = now(), failing_since = coalesce(failing_since, $3)
             where tenant_id = $1 and id = $2 and state <> 'disabled'",
        ),
    };
    let query = query.bind(ticket.tenant_id.0).bind(ticket.endpoint_id);
    let query = if outcome == Outcome::Delivered { query } else { query.bind(attempt.at) };
    let is_changed = query.execute(connection).await?.rows_affected() > 0;
    Ok(is_changed && matches!(outcome, Outcome::Disable(_)))
}

/// As many headers as there is room for.
fn first_headers(headers: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut room = HEADERS_BYTES;
    let mut kept = BTreeMap::new();
    for (name, value) in headers {
        let bytes = name.len() + value.len();
        if bytes <= room {
            room -= bytes;
            kept.insert(storable(name), storable(value));
        }
    }
    kept
}

fn to_i32(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
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

    #[test]
    fn headers_are_kept_as_long_as_there_is_room() {
        let headers: BTreeMap<String, String> =
            (0..100).map(|n| (format!("x-{n:03}"), "v".repeat(95))).collect();
        let kept = first_headers(&headers);
        assert_eq!(kept.len(), 20);
        let one =
            BTreeMap::from([("x-long".to_owned(), "v".repeat(4000)), ("x-short".to_owned(), "v".into())]);
        assert_eq!(first_headers(&one).keys().collect::<Vec<_>>(), ["x-short"]);
    }
}
