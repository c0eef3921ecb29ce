use campanile_protocol::TenantId;
use sqlx::{PgConnection, prelude::FromRow};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{BatchEvent, Claim, Outcome, Standing, Ticket, batch::LEASE_SLACK, settle::Left};
use crate::{
    Recipient, Store, StoreError, boundary,
    deliveries::{lock_replays, wake_first},
};

/// Requests for the replays of one app under way at once.
const PER_APP: i64 = 4;

#[derive(FromRow)]
struct LeasedReplay {
    id: i64,
    tenant_id: Uuid,
    endpoint_id: Uuid,
    delivery_id: Uuid,
    frozen_at: OffsetDateTime,
    turn_at: OffsetDateTime,
    lane_id: i64,
    first_seq: i64,
    last_seq: i64,
    n: i32,
    attempt: i32,
}

impl Store {
    /// Claims replays that are due: of each endpoint the oldest only.
    pub async fn claim_replays(&self, incarnation: Uuid, limit: i64) -> Result<Vec<Claim>, StoreError> {
        let mut transaction = self.pool.begin().await?;
        let rows = lease(&mut transaction, incarnation, limit).await?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let endpoints: Vec<Uuid> = rows.iter().map(|row| row.endpoint_id).collect();
        let mut recipients = self.read_recipients(&mut transaction, &endpoints).await?;
        let (mut claims, mut expired) = (Vec::with_capacity(rows.len()), Vec::new());
        for row in rows {
            let events = read_events(&mut transaction, &row).await?;
            if i64::try_from(events.len()) != Ok(row.last_seq - row.first_seq + 1) {
                expired.push(row);
                continue;
            }
            match recipients.remove(&row.endpoint_id) {
                Some(Ok(recipient)) => claims.push(row.into_claim(recipient, events)),
                Some(Err(error)) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::error!(error, webhook.id = %row.endpoint_id, "a replay cannot be sent");
                }
                None => {}
            }
        }
        transaction.commit().await?;
        boundary("replay.claimed");
        for row in expired {
            // Those that are claimed are claimed; this one is given up when its lease has ended.
            if let Err(error) = self.give_up(&row).await {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, webhook.id = %row.endpoint_id, "an expired replay is not given up");
            }
        }
        Ok(claims)
    }

    /// Ends a replay whose events grew too old while it waited. In a transaction of its own: whoever removes
    /// a replay takes the lock of replays first.
    async fn give_up(&self, row: &LeasedReplay) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin().await?;
        lock_replays(&mut transaction, row.endpoint_id).await?;
        lock_first_lane(&mut transaction, row.endpoint_id).await?;
        sqlx::query(
            "with ended as (delete from webhook_replays where id = $1)
             update webhook_deliveries
             set state = case when state = 'retrying' then 'dead' else state end,
                 last_error = 'its events had expired'
             where tenant_id = $2 and id = $3 and frozen_at = $4",
        )
        .bind(row.id)
        .bind(row.tenant_id)
        .bind(row.delivery_id)
        .bind(row.frozen_at)
        .execute(&mut *transaction)
        .await?;
        wake_first(&mut transaction, row.endpoint_id).await?;
        transaction.commit().await?;
        Ok(())
    }
}

impl LeasedReplay {
    fn into_claim(self, recipient: Recipient, events: Vec<BatchEvent>) -> Claim {
        let number = |number: i32| u32::try_from(number).unwrap_or_default();
        let ticket = Ticket {
            lane_id: self.lane_id,
            replay_id: Some(self.id),
            channels: None,
            is_listened: false,
            was_failing: recipient.failing_since.is_some(),
            tenant_id: TenantId(self.tenant_id),
            endpoint_id: self.endpoint_id,
            delivery_id: self.delivery_id,
            frozen_at: self.frozen_at,
            since: self.turn_at,
            attempt: number(self.attempt) + 1,
            replay: number(self.n),
            first_seq: self.first_seq,
            last_seq: self.last_seq,
        };
        Claim { ticket, recipient, events, standing: Standing::Unproven }
    }
}

async fn lease(
    connection: &mut PgConnection,
    incarnation: Uuid,
    limit: i64,
) -> Result<Vec<LeasedReplay>, StoreError> {
    let rows = sqlx::query_as(
        "with busy as (
             select w.app_id, count(*) as requests
             from webhook_replays r join webhook_endpoints w on w.id = r.endpoint_id
             where r.locked_until > now() group by w.app_id
         ), due as (
             select r.id, r.next_at, coalesce(b.requests, 0)
                 + row_number() over (partition by w.app_id order by r.next_at) as place
             from webhook_replays r join webhook_endpoints w on w.id = r.endpoint_id
             left join busy b on b.app_id = w.app_id
             where not r.is_held and r.next_at <= now() and r.next_at < 'infinity'
         ), picked as (
             select r.id from webhook_replays r join due d on d.id = r.id
             where d.place <= $4 and not r.is_held and r.next_at <= now()
             order by d.place, d.next_at limit $1
             for update of r skip locked
         )
         update webhook_replays r set locked_until = leased.until, next_at = leased.until, claimed_by = $2
         from picked, webhook_endpoints w
         cross join lateral (
             select now() + make_interval(secs => w.timeout_ms / 1000.0 + $3) as until) leased
         where r.id = picked.id and w.id = r.endpoint_id
         returning r.id, r.tenant_id, r.endpoint_id, r.delivery_id, r.frozen_at, r.turn_at, r.lane_id,
             r.first_seq, r.last_seq, r.n, r.attempt",
    )
    .bind(limit)
    .bind(incarnation)
    .bind(LEASE_SLACK.as_secs_f64())
    .bind(PER_APP)
    .fetch_all(connection)
    .await?;
    Ok(rows)
}

async fn read_events(
    connection: &mut PgConnection,
    row: &LeasedReplay,
) -> Result<Vec<BatchEvent>, StoreError> {
    let rows: Vec<(i64, String, Option<String>, String)> = sqlx::query_as(
        "select seq, name, channel, body from webhook_events
         where lane_id = $1 and seq between $2 and $3 order by seq",
    )
    .bind(row.lane_id)
    .bind(row.first_seq)
    .bind(row.last_seq)
    .fetch_all(connection)
    .await?;
    let to_event = |(seq, name, channel, body)| BatchEvent { seq, name, channel, body };
    Ok(rows.into_iter().map(to_event).collect())
}

/// Ends a replay, or sets its next try; the next one of the endpoint becomes due when it has ended. The
/// caller holds the lock of replays.
pub(super) async fn settle_replay(
    connection: &mut PgConnection,
    ticket: &Ticket,
    replay: i64,
    outcome: Outcome,
) -> Result<Option<Left>, StoreError> {
    lock_first_lane(connection, ticket.endpoint_id).await?;
    let attempt = i32::try_from(ticket.attempt).unwrap_or(i32::MAX);
    let settled = if outcome.moves_on() {
        sqlx::query("delete from webhook_replays where id = $1 and attempt = $2 - 1")
            .bind(replay)
            .bind(attempt)
            .execute(&mut *connection)
            .await?
    } else {
        sqlx::query(
            "update webhook_replays set attempt = attempt + 1, locked_until = null,
                 next_at = now() + make_interval(secs => $3)
             where id = $1 and attempt = $2 - 1",
        )
        .bind(replay)
        .bind(attempt)
        .bind(outcome.pause().as_secs_f64())
        .execute(&mut *connection)
        .await?
    };
    wake_first(connection, ticket.endpoint_id).await?;
    Ok((settled.rows_affected() > 0).then_some(Left { has_more: false }))
}

/// Who pauses or removes the endpoint takes its lanes before its replays: so does who settles one.
async fn lock_first_lane(connection: &mut PgConnection, endpoint: Uuid) -> Result<(), StoreError> {
    sqlx::query("select from webhook_lanes where endpoint_id = $1 and n = 0 for update")
        .bind(endpoint)
        .execute(connection)
        .await?;
    Ok(())
}
