use campanile_protocol::{AppId, ChannelName, Occurrence, OccurrenceKind, SocketId};
use sqlx::{PgConnection, prelude::FromRow};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{RecordedOccurrence, Store, StoreError, boundary, lanes::append, webhooks::remove_listener};

/// What the end of a connection is told with that nobody saw.
const CRASH: &str = "crash";

#[derive(FromRow)]
struct LeftBehind {
    app_id: i64,
    channel: String,
    user_id: Vec<u8>,
}

impl Store {
    /// Tells for every incarnation that died what it can no longer tell itself: its members are
    /// removed, then its channels vacated, unless a living incarnation holds them too, then its connections
    /// closed. Its listeners end, and what it had claimed to deliver is given back. Returns how many edges
    /// that were; each is told exactly once, however often and by whomever this is called.
    ///
    /// `living` is the caller's own incarnation: its sign of life may be lost for a moment, it is not
    /// dead. After a restart of PostgreSQL the others get ten seconds to show themselves again.
    pub async fn reconcile(&self, living: Uuid) -> Result<usize, StoreError> {
        let others: Vec<(Uuid, i64)> = sqlx::query_as(
            "select id, lock_key from incarnations
             where id <> $1 and (started_at > pg_postmaster_start_time()
                or pg_postmaster_start_time() < now() - interval '10 seconds')",
        )
        .bind(living)
        .fetch_all(&self.pool)
        .await?;
        let mut edges = 0;
        for (id, lock_key) in others {
            edges += self.reconcile_one(id, lock_key).await?;
        }
        Ok(edges)
    }

    async fn reconcile_one(&self, id: Uuid, lock_key: i64) -> Result<usize, StoreError> {
        let mut transaction = self.pool.begin().await?;
        let is_dead: bool = sqlx::query_scalar("select pg_try_advisory_xact_lock($1)")
            .bind(lock_key)
            .fetch_one(&mut *transaction)
            .await?;
        if !is_dead {
            return Ok(0);
        }
        let mut occurrences = take_left_behind(&mut transaction, id).await?;
        remove_listeners(&mut transaction, id).await?;
        occurrences.extend(take_open_connections(&mut transaction, id).await?);
        append(&mut transaction, &occurrences).await?;
        give_back_claims(&mut transaction, id).await?;
        sqlx::query("delete from incarnations where id = $1").bind(id).execute(&mut *transaction).await?;
        boundary("reconcile.told");
        transaction.commit().await?;
        boundary("reconcile.committed");
        if !occurrences.is_empty() {
            tracing::info!(edges = occurrences.len(), "told what a dead incarnation left behind");
        }
        Ok(occurrences.len())
    }
}

/// Ends what was listening there: nobody hears it any more, and what it took goes its own way again.
async fn remove_listeners(connection: &mut PgConnection, id: Uuid) -> Result<(), StoreError> {
    let listeners: Vec<Uuid> =
        sqlx::query_scalar("select id from webhook_endpoints where incarnation_id = $1")
            .bind(id)
            .fetch_all(&mut *connection)
            .await?;
    for listener in listeners {
        remove_listener(connection, listener).await?;
    }
    Ok(())
}

async fn give_back_claims(connection: &mut PgConnection, id: Uuid) -> Result<(), StoreError> {
    sqlx::query(
        "with lanes as (
             update webhook_lanes set locked_until = null, next_at = now()
             where claimed_by = $1 and locked_until > now()
         )
         update webhook_replays set locked_until = null, next_at = now()
         where claimed_by = $1 and locked_until > now()",
    )
    .bind(id)
    .execute(connection)
    .await?;
    Ok(())
}

/// Removes the incarnation's connections and makes their ends.
async fn take_open_connections(
    connection: &mut PgConnection,
    id: Uuid,
) -> Result<Vec<RecordedOccurrence>, StoreError> {
    let rows: Vec<(i64, String)> = sqlx::query_as(
        "with gone as (delete from open_connections where incarnation_id = $1 returning app_id, socket_id)
         select app_id, socket_id from gone order by app_id, socket_id",
    )
    .bind(id)
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(|(app, socket)| to_end(app, &socket)).collect()
}

fn to_end(app: i64, socket: &str) -> Result<RecordedOccurrence, StoreError> {
    let socket_id = SocketId::parse(socket).ok().flatten().ok_or(StoreError::Corrupt("a socket id"))?;
    let kind = OccurrenceKind::ConnectionClosed { socket_id, user_id: None, reason: CRASH.to_owned() };
    let app_id = AppId::from_number(app).map_err(|_| StoreError::Corrupt("an app id"))?;
    let occurrence = Occurrence { app_id, channel: None, at_ms: now_ms(), kind };
    Ok(RecordedOccurrence { id: Uuid::now_v7(), occurrence })
}

/// Removes the incarnation's rows and makes their edges, each channel's members before itself.
async fn take_left_behind(
    connection: &mut PgConnection,
    id: Uuid,
) -> Result<Vec<RecordedOccurrence>, StoreError> {
    // First, and apart: whoever records just now that it holds them too must be seen below.
    sqlx::query("select from occupancy where incarnation_id = $1 for update")
        .bind(id)
        .execute(&mut *connection)
        .await?;
    let rows: Vec<LeftBehind> = sqlx::query_as(
        "with gone as (
             delete from occupancy where incarnation_id = $1 returning app_id, channel, user_id
         )
         select g.app_id, g.channel, g.user_id from gone g
         where not exists (
             select from occupancy o where o.incarnation_id <> $1 and o.app_id = g.app_id
               and o.channel = g.channel and o.user_id = g.user_id)
         order by g.app_id, g.channel, g.user_id = '', g.user_id",
    )
    .bind(id)
    .fetch_all(connection)
    .await?;
    let at_ms = now_ms();
    rows.into_iter().map(|row| row.into_edge(at_ms)).collect()
}

fn now_ms() -> u64 {
    u64::try_from(OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000).unwrap_or_default()
}

impl LeftBehind {
    fn into_edge(self, at_ms: u64) -> Result<RecordedOccurrence, StoreError> {
        let user_id = String::from_utf8(self.user_id).map_err(|_| StoreError::Corrupt("a user id"))?;
        let kind = if user_id.is_empty() {
            OccurrenceKind::Vacated
        } else {
            OccurrenceKind::MemberRemoved { user_id }
        };
        let occurrence = Occurrence {
            app_id: AppId::from_number(self.app_id).map_err(|_| StoreError::Corrupt("an app id"))?,
            channel: Some(
                ChannelName::parse(&self.channel).map_err(|_| StoreError::Corrupt("a channel name"))?,
            ),
            at_ms,
            kind,
        };
        Ok(RecordedOccurrence { id: Uuid::now_v7(), occurrence })
    }
}
