use campanile_protocol::{AppId, TenantId};
use serde_json::json;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::list::{check_webhook, find_delivery};
use crate::{Act, Store, StoreError, WebhookError, audit::record, boundary};

/// Deliveries of one endpoint that wait to be sent again at most.
pub(crate) const MAX_REPLAYS: i64 = 10_000;

/// Which deliveries to send again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplayRange {
    /// Those first tried then, whether delivered or given up.
    Between {
        /// Then or later.
        from: OffsetDateTime,
        /// Before.
        to: OffsetDateTime,
    },
    /// Dead letters whose last try was then or later.
    FailedSince(OffsetDateTime),
    /// All dead letters.
    DeadLetters,
}

/// What a call to replay many came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replayed {
    /// How many are sent again.
    pub deliveries: u64,
    /// Whether there are more, for which the queue of replays has no room.
    pub is_truncated: bool,
}

impl ReplayRange {
    fn states(self) -> &'static [&'static str] {
        match self {
            Self::Between { .. } => &["delivered", "dead"],
            Self::FailedSince(_) | Self::DeadLetters => &["dead"],
        }
    }
}

impl Store {
    /// Sends one delivery again: under its id, with the same bytes and a fresh signature, beside the lanes.
    /// Returns which replay of it that is, from 1. What is still being tried is
    /// [`WebhookError::InProgress`]; what has lost an event to age, [`WebhookError::Expired`];
    /// [`WebhookError::TooManyReplays`] when the queue is full.
    pub async fn replay_delivery(
        &self,
        tenant: TenantId,
        app: AppId,
        webhook: Uuid,
        delivery: Uuid,
    ) -> Result<u32, WebhookError> {
        let mut transaction = self.begin().await?;
        match queue_one(&mut transaction, (tenant, app, webhook), delivery).await {
            Ok(n) => {
                record_replays(&mut transaction, (tenant, app, webhook), 1).await?;
                transaction.commit().await?;
                boundary("replay.queued");
                Ok(n)
            }
            Err(error) => {
                // At once, not when the connection is used again: other replays of the endpoint wait.
                transaction.rollback().await?;
                Err(error)
            }
        }
    }

    /// Sends many deliveries again, oldest first. What is still being tried, waits to be replayed already, was
    /// discarded, or has expired, is passed over. [`WebhookError::TooManyReplays`] when there is no room for
    /// any.
    pub async fn replay_deliveries(
        &self,
        tenant: TenantId,
        app: AppId,
        webhook: Uuid,
        range: ReplayRange,
    ) -> Result<Replayed, WebhookError> {
        // The search may take long: nobody waits for it.
        let mut connection = self.pool.acquire().await?;
        check_webhook(&mut connection, (tenant, app, webhook)).await?;
        let mut found = find_range(&mut connection, tenant, webhook, range).await?;
        drop(connection);
        if found.is_empty() {
            return Ok(Replayed { deliveries: 0, is_truncated: false });
        }
        let mut transaction = self.begin().await?;
        lock_replays(&mut transaction, webhook).await?;
        let room = room(&mut transaction, webhook).await?;
        if room == 0 {
            transaction.rollback().await?;
            return Err(WebhookError::TooManyReplays);
        }
        let is_truncated = found.len() > room;
        found.truncate(room);
        let replays = queue(&mut transaction, tenant, webhook, &found, range.states()).await?;
        record_replays(&mut transaction, (tenant, app, webhook), replays.len()).await?;
        transaction.commit().await?;
        boundary("replay.queued");
        Ok(Replayed { deliveries: replays.len() as u64, is_truncated })
    }

    /// Puts a dead letter out of sight; it stays in the log, and can still be replayed from there.
    pub async fn discard_dead_letter(
        &self,
        tenant: TenantId,
        app: AppId,
        webhook: Uuid,
        delivery: Uuid,
    ) -> Result<(), WebhookError> {
        let mut transaction = self.begin().await?;
        let row = find_delivery(&mut transaction, (tenant, app, webhook), delivery).await?;
        let discarded = sqlx::query(
            "update webhook_deliveries set state = 'discarded'
             where tenant_id = $1 and endpoint_id = $2 and id = $3 and frozen_at = $4 and state = 'dead'",
        )
        .bind(tenant.0)
        .bind(webhook)
        .bind(delivery)
        .bind(row.frozen_at)
        .execute(&mut *transaction)
        .await?;
        if discarded.rows_affected() > 0 {
            let (after, target_id) = (json!({ "delivery_id": delivery }), webhook.to_string());
            let act =
                Act { action: "webhook.dead_letter_discarded", target_id: &target_id, after: Some(&after) };
            record(&mut transaction, tenant, Some(app), act).await?;
        }
        transaction.commit().await?;
        if discarded.rows_affected() > 0 { Ok(()) } else { Err(WebhookError::NotDead) }
    }
}

async fn record_replays(
    connection: &mut PgConnection,
    (tenant, app, webhook): (TenantId, AppId, Uuid),
    deliveries: usize,
) -> Result<(), StoreError> {
    let (after, target_id) = (json!({ "deliveries": deliveries }), webhook.to_string());
    let act = Act { action: "webhook.replayed", target_id: &target_id, after: Some(&after) };
    record(connection, tenant, Some(app), act).await
}

async fn queue_one(
    connection: &mut PgConnection,
    (tenant, app, webhook): (TenantId, AppId, Uuid),
    delivery: Uuid,
) -> Result<u32, WebhookError> {
    lock_replays(connection, webhook).await?;
    let row = find_delivery(connection, (tenant, app, webhook), delivery).await?;
    if is_in_progress(connection, webhook, delivery).await? {
        return Err(WebhookError::InProgress);
    }
    let kept: i64 = sqlx::query_scalar(
        "select count(*) from webhook_events where lane_id = $1 and seq between $2 and $3",
    )
    .bind(row.lane_id)
    .bind(row.first_seq)
    .bind(row.last_seq)
    .fetch_one(&mut *connection)
    .await?;
    if kept != row.last_seq - row.first_seq + 1 {
        return Err(WebhookError::Expired);
    }
    if room(connection, webhook).await? == 0 {
        return Err(WebhookError::TooManyReplays);
    }
    let states = &["delivered", "retrying", "dead", "discarded"];
    let replays = queue(connection, tenant, webhook, &[(delivery, row.frozen_at)], states).await?;
    Ok(replays.first().copied().unwrap_or_default())
}

/// Whether a lane, or a replay that has been asked for, is still at it.
async fn is_in_progress(
    connection: &mut PgConnection,
    webhook: Uuid,
    delivery: Uuid,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar(
        "select exists (select from webhook_lanes where endpoint_id = $1 and batch_id = $2)
             or exists (select from webhook_replays where endpoint_id = $1 and delivery_id = $2)",
    )
    .bind(webhook)
    .bind(delivery)
    .fetch_one(connection)
    .await
}

/// One more than are taken, so that it is known whether there are more.
async fn find_range(
    connection: &mut PgConnection,
    tenant: TenantId,
    webhook: Uuid,
    range: ReplayRange,
) -> Result<Vec<(Uuid, OffsetDateTime)>, sqlx::Error> {
    macro_rules! select_replayable {
        ($condition:literal) => {
            concat!(
                "select d.id, d.frozen_at from webhook_deliveries d
                 where d.tenant_id = $1 and d.endpoint_id = $2 and ",
                $condition,
                " and not exists (select from webhook_replays r where r.delivery_id = d.id)
                 and exists (select from webhook_events e where e.lane_id = d.lane_id and e.seq = d.first_seq)
                 order by d.frozen_at, d.id limit $3"
            )
        };
    }
    let (text, from, to) = match range {
        ReplayRange::Between { from, to } => (
            select_replayable!("d.state in ('delivered', 'dead') and d.frozen_at >= $4 and d.frozen_at < $5"),
            Some(from),
            Some(to),
        ),
        ReplayRange::FailedSince(since) => (
            select_replayable!("d.state = 'dead' and d.state <> 'delivered' and d.last_at >= $4"),
            Some(since),
            None,
        ),
        ReplayRange::DeadLetters => {
            (select_replayable!("d.state = 'dead' and d.state <> 'delivered'"), None, None)
        }
    };
    let query = sqlx::query_as(text).bind(tenant.0).bind(webhook).bind(MAX_REPLAYS + 1);
    let query = if let Some(from) = from { query.bind(from) } else { query };
    let query = if let Some(to) = to { query.bind(to) } else { query };
    query.fetch_all(connection).await
}

/// How many more replays the endpoint's queue has room for.
async fn room(connection: &mut PgConnection, webhook: Uuid) -> Result<usize, sqlx::Error> {
    let waiting: i64 = sqlx::query_scalar("select count(*) from webhook_replays where endpoint_id = $1")
        .bind(webhook)
        .fetch_one(connection)
        .await?;
    Ok(usize::try_from(MAX_REPLAYS - waiting).unwrap_or_default())
}

/// Whoever adds or removes a replay holds this, before any lane: two at once could leave none due. It is no
/// row, so that nobody else waits for a long queue to be written, least of all the writer of all tenants.
pub(crate) async fn lock_replays(connection: &mut PgConnection, webhook: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query("select pg_advisory_xact_lock(hashtextextended('webhook_replays ' || $1::text, 0))")
        .bind(webhook)
        .execute(connection)
        .await?;
    Ok(())
}

/// Puts deliveries that are in one of those states and do not wait already in the endpoint's queue of
/// replays, and returns which replay of it that is for each. The caller holds the lock of replays: only the
/// first of the queue is ever due.
async fn queue(
    connection: &mut PgConnection,
    tenant: TenantId,
    webhook: Uuid,
    deliveries: &[(Uuid, OffsetDateTime)],
    states: &[&str],
) -> Result<Vec<u32>, sqlx::Error> {
    let (ids, times): (Vec<Uuid>, Vec<OffsetDateTime>) = deliveries.iter().copied().unzip();
    let replays: Vec<i32> = sqlx::query_scalar(
        "with asked as (
             update webhook_deliveries d set replays = d.replays + 1,
                 state = case when d.state = 'delivered' then d.state else 'retrying' end
             from unnest($3::uuid[], $4::timestamptz[]) as a (id, frozen_at)
             where d.tenant_id = $1 and d.endpoint_id = $2 and d.id = a.id and d.frozen_at = a.frozen_at
               and d.state = any($5)
               and not exists (select from webhook_replays r where r.delivery_id = d.id)
             returning d.*
         )
         insert into webhook_replays (tenant_id, endpoint_id, delivery_id, frozen_at, lane_id, first_seq,
             last_seq, n, is_held)
         select a.tenant_id, a.endpoint_id, a.id, a.frozen_at, a.lane_id, a.first_seq, a.last_seq, a.replays,
             w.state <> 'active' or w.diverted_to is not null
         from asked a join webhook_endpoints w on w.id = a.endpoint_id
         order by a.frozen_at, a.id
         returning n",
    )
    .bind(tenant.0)
    .bind(webhook)
    .bind(ids)
    .bind(times)
    .bind(states)
    .fetch_all(&mut *connection)
    .await?;
    // Who pauses the endpoint at this moment does not see these rows yet: they follow its state by themselves,
    // which does not change any more once the endpoint's row is shared.
    sqlx::query("select from webhook_endpoints where id = $1 for share")
        .bind(webhook)
        .execute(&mut *connection)
        .await?;
    sqlx::query(
        "update webhook_replays r set is_held = not r.is_held from webhook_endpoints w
         where w.id = $1 and r.endpoint_id = w.id
           and r.is_held <> (w.state <> 'active' or w.diverted_to is not null)",
    )
    .bind(webhook)
    .execute(&mut *connection)
    .await?;
    wake_first(connection, webhook).await?;
    Ok(replays.into_iter().map(|n| u32::try_from(n).unwrap_or_default()).collect())
}

/// Makes the oldest replay of an endpoint due, if it was not its turn before.
pub(crate) async fn wake_first(connection: &mut PgConnection, webhook: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update webhook_replays set next_at = now(), turn_at = now()
         where id = (select min(id) from webhook_replays where endpoint_id = $1) and next_at = 'infinity'",
    )
    .bind(webhook)
    .execute(connection)
    .await?;
    Ok(())
}
