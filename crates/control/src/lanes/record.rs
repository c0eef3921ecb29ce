use campanile_protocol::Occurrence;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{append, presence};
use crate::{Store, StoreError, boundary, incarnation::lock_key};

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
        let untold = presence::untold(&mut transaction, batch).await?;
        let events = append(&mut transaction, &untold).await?;
        presence::note(&mut transaction, batch).await?;
        boundary("record.appended");
        transaction.commit().await?;
        boundary("record.committed");
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
