use std::collections::HashMap;

use campanile_protocol::{Occurrence, OccurrenceKind};
use sqlx::PgConnection;
use uuid::Uuid;

use super::append;
use crate::{Store, StoreError, incarnation::lock_key};

/// An occurrence with the id that receivers deduplicate by.
#[derive(Clone, Debug)]
pub struct RecordedOccurrence {
    /// Equal at all endpoints that are told.
    pub id: Uuid,
    /// What happened.
    pub occurrence: Occurrence,
}

/// Occurrences that are recorded together, in the order in which they happened.
#[derive(Clone, Debug)]
pub struct RecordBatch {
    /// Which start of which node saw them happen.
    pub incarnation: Uuid,
    /// Counts that incarnation's batches from 1. A batch that is sent again keeps its number.
    pub number: i64,
    /// What happened.
    pub occurrences: Vec<RecordedOccurrence>,
}

/// An occupied channel, or a member present in it.
type Presence = (i64, String, Vec<u8>);

impl Store {
    /// Appends a batch to the lanes of all endpoints that want to hear it and notes who is present,
    /// in one transaction. Returns how many events that made.
    ///
    /// A batch whose number was recorded before is left alone: when an answer was lost, ask again.
    /// One incarnation must not record two batches at once.
    pub async fn record(&self, batch: &RecordBatch) -> Result<usize, StoreError> {
        let mut transaction = self.pool.begin().await?;
        if !take_batch(&mut transaction, batch).await? {
            return Ok(0);
        }
        let events = append(&mut transaction, &batch.occurrences).await?;
        note_presence(&mut transaction, batch).await?;
        transaction.commit().await?;
        Ok(events)
    }
}

/// Notes the batch's number; `false` when it was there already.
async fn take_batch(connection: &mut PgConnection, batch: &RecordBatch) -> Result<bool, StoreError> {
    let taken = sqlx::query(
        "insert into incarnations as i (id, lock_key, recorded) values ($1, $2, $3)
         on conflict (id) do update set recorded = excluded.recorded where i.recorded < excluded.recorded",
    )
    .bind(batch.incarnation)
    .bind(lock_key(batch.incarnation))
    .bind(batch.number)
    .execute(connection)
    .await?;
    Ok(taken.rows_affected() > 0)
}

/// Brings the projection to where the batch leaves it, for apps that have someone to tell.
async fn note_presence(connection: &mut PgConnection, batch: &RecordBatch) -> Result<(), StoreError> {
    let mut last_edges: HashMap<Presence, bool> = HashMap::new();
    for recorded in &batch.occurrences {
        let occurrence = &recorded.occurrence;
        let (user_id, is_present) = match &occurrence.kind {
            OccurrenceKind::Occupied => ("", true),
            OccurrenceKind::Vacated => ("", false),
            OccurrenceKind::MemberAdded { user_id } => (user_id.as_str(), true),
            OccurrenceKind::MemberRemoved { user_id } => (user_id.as_str(), false),
            OccurrenceKind::ClientEvent { .. }
            | OccurrenceKind::CacheMiss
            | OccurrenceKind::SubscriptionCount { .. } => continue,
        };
        let channel = occurrence.channel.as_str().to_owned();
        last_edges.insert((occurrence.app_id.number(), channel, user_id.into()), is_present);
    }
    let (present, gone): (Vec<_>, Vec<_>) = last_edges.into_iter().partition(|(_, is_present)| *is_present);
    if !gone.is_empty() {
        let (apps, channels, users) = columns(gone);
        sqlx::query(
            "delete from occupancy o
             using unnest($2::bigint[], $3::text[], $4::bytea[]) as gone (app_id, channel, user_id)
             where o.incarnation_id = $1 and o.app_id = gone.app_id and o.channel = gone.channel
               and o.user_id = gone.user_id",
        )
        .bind(batch.incarnation)
        .bind(apps)
        .bind(channels)
        .bind(users)
        .execute(&mut *connection)
        .await?;
    }
    if !present.is_empty() {
        let (apps, channels, users) = columns(present);
        sqlx::query(
            "insert into occupancy (incarnation_id, app_id, channel, user_id)
             select $1, p.app_id, p.channel, p.user_id
             from unnest($2::bigint[], $3::text[], $4::bytea[]) as p (app_id, channel, user_id)
             where exists (select from webhook_endpoints w where w.app_id = p.app_id and w.state = 'active')
             on conflict do nothing",
        )
        .bind(batch.incarnation)
        .bind(apps)
        .bind(channels)
        .bind(users)
        .execute(connection)
        .await?;
    }
    Ok(())
}

fn columns(edges: Vec<(Presence, bool)>) -> (Vec<i64>, Vec<String>, Vec<Vec<u8>>) {
    let mut columns = (Vec::new(), Vec::new(), Vec::new());
    for ((app, channel, user), _) in edges {
        columns.0.push(app);
        columns.1.push(channel);
        columns.2.push(user);
    }
    columns
}
