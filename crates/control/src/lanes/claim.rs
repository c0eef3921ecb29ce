use std::{collections::BTreeSet, fmt};

use campanile_protocol::TenantId;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    Standing,
    batch::{Fresh, Leased, lease, read_events, skip_lost_events},
    due::{ClaimLimits, lock_due_lanes},
};
use crate::{Recipient, Store, StoreError, boundary, event_body::batch_body, webhooks::Recipients};

/// A lane's next batch, or a delivery that is sent again, for its holder alone until it is settled,
/// released, or the lease ends.
#[derive(Clone)]
pub struct Claim {
    /// What settles it.
    pub ticket: Ticket,
    /// Who is to be told.
    pub recipient: Recipient,
    /// What: at least one, by number without gaps, the same ones at each try.
    pub events: Vec<BatchEvent>,
    /// How the lane's last try went.
    pub standing: Standing,
}

/// Names one try of a claimed delivery.
#[derive(Clone, Debug)]
pub struct Ticket {
    pub(super) lane_id: i64,
    pub(super) replay_id: Option<i64>,
    /// Of the events, where they have been read.
    pub(super) channels: Option<Vec<String>>,
    /// Whether it went to a listener: that says nothing of the endpoint.
    pub(super) is_listened: bool,
    /// Whether the endpoint's last try had failed when this was claimed.
    pub(super) was_failing: bool,
    /// Whose it is.
    pub tenant_id: TenantId,
    /// The endpoint that is told.
    pub endpoint_id: Uuid,
    /// The header `webhook-id`: the same at each try and replay.
    pub delivery_id: Uuid,
    /// When the batch was first claimed: the time in its body.
    pub frozen_at: OffsetDateTime,
    /// When its 72 hours began: then, or when it was the replay's turn.
    pub since: OffsetDateTime,
    /// Which try this is, from 1; counted anew for each replay.
    pub attempt: u32,
    /// Which replay it is, from 1; 0 for the original.
    pub replay: u32,
    /// The number of the first event.
    pub first_seq: i64,
    /// And of the last.
    pub last_seq: i64,
}

/// One event of a batch.
#[derive(Clone, Debug)]
pub struct BatchEvent {
    /// Its number in its lane.
    pub seq: i64,
    /// Its type's name.
    pub name: String,
    /// Its channel.
    pub channel: Option<String>,
    /// The JSON object to send.
    pub body: String,
}

/// Asks for the lane's next batch in the same transaction that settles the one before.
#[derive(Clone, Copy, Debug)]
pub struct ClaimNext {
    /// Who claims.
    pub incarnation: Uuid,
}

impl Claim {
    /// The body: the same bytes at each try and replay.
    pub fn to_body(&self) -> String {
        batch_body(self.ticket.frozen_at, self.events.iter().map(|event| event.body.as_str()))
    }
}

impl Store {
    /// Claims the next batch of lanes that are due, each app's in turn. Committed before it returns.
    ///
    /// The first claim of a batch freezes what is in it.
    pub async fn claim(&self, limits: &ClaimLimits) -> Result<Vec<Claim>, StoreError> {
        let mut transaction = self.pool.begin().await?;
        let lanes = lock_due_lanes(&mut transaction, limits).await?;
        if lanes.is_empty() {
            return Ok(Vec::new());
        }
        let claims = self.claim_lanes(&mut transaction, &lanes, limits.incarnation).await?;
        boundary("claim.frozen");
        transaction.commit().await?;
        boundary("claim.committed");
        Ok(claims)
    }

    /// Gives claims back untried, so that they need not wait for the end of their lease.
    pub async fn release(&self, ticket: &Ticket) -> Result<(), StoreError> {
        let text = if ticket.replay_id.is_some() {
            "update webhook_replays set locked_until = null, next_at = now()
             where id = $1 and delivery_id = $2 and attempt = $3 - 1"
        } else {
            "update webhook_lanes set locked_until = null, next_at = now()
             where id = $1 and batch_id = $2 and attempt = $3 - 1"
        };
        sqlx::query(text)
            .bind(ticket.replay_id.unwrap_or(ticket.lane_id))
            .bind(ticket.delivery_id)
            .bind(i32::try_from(ticket.attempt).unwrap_or(i32::MAX))
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Leases lanes that the transaction has locked and that have events, and reads their batches.
    pub(super) async fn claim_lanes(
        &self,
        connection: &mut PgConnection,
        lanes: &[i64],
        incarnation: Uuid,
    ) -> Result<Vec<Claim>, StoreError> {
        let rows = lease(connection, lanes, incarnation).await?;
        let endpoints: Vec<Uuid> = rows.iter().map(|row| row.endpoint_id).collect();
        let recipients = self.read_recipients(connection, &endpoints).await?;
        let mut events = read_events(connection, &rows).await?;
        let mut claims = Vec::with_capacity(rows.len());
        let mut fresh = Fresh::default();
        for row in rows {
            match events.remove(&row.id).filter(|events| row.is_complete(events)) {
                Some(events) => claims.extend(to_claim(&row, events, &recipients, &mut fresh)),
                None => skip_lost_events(connection, &row).await?,
            }
        }
        fresh.freeze(connection).await?;
        Ok(claims)
    }
}

/// One spoiled endpoint must not stop the others: its lane stays leased, and is left unfrozen.
fn to_claim(
    row: &Leased,
    events: Vec<BatchEvent>,
    recipients: &Recipients,
    fresh: &mut Fresh,
) -> Option<Claim> {
    let recipient = match recipients.get(&row.endpoint_id)? {
        Ok(recipient) => recipient.clone(),
        Err(error) => {
            let error = error as &dyn std::error::Error;
            tracing::error!(error, webhook.id = %row.endpoint_id, "a webhook cannot be sent");
            return None;
        }
    };
    let (delivery_id, frozen_at) = match row.batch_id.zip(row.batch_at) {
        Some(frozen) => frozen,
        None => fresh.push(row.id, &events),
    };
    let ticket = Ticket {
        lane_id: row.id,
        replay_id: None,
        channels: Some(distinct_channels(&events)),
        is_listened: false,
        was_failing: recipient.failing_since.is_some(),
        tenant_id: TenantId(row.tenant_id),
        endpoint_id: row.endpoint_id,
        delivery_id,
        frozen_at,
        since: frozen_at,
        attempt: u32::try_from(row.attempt).unwrap_or_default() + 1,
        replay: 0,
        first_seq: events.first().map_or(0, |event| event.seq),
        last_seq: events.last().map_or(0, |event| event.seq),
    };
    Some(Claim { ticket, recipient, events, standing: Standing::from_number(row.standing) })
}

fn distinct_channels(events: &[BatchEvent]) -> Vec<String> {
    let distinct: BTreeSet<&String> = events.iter().filter_map(|event| event.channel.as_ref()).collect();
    distinct.into_iter().cloned().collect()
}

impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claim")
            .field("recipient", &self.recipient)
            .field("delivery_id", &self.ticket.delivery_id)
            .field("attempt", &self.ticket.attempt)
            .finish_non_exhaustive()
    }
}
