use std::{fmt, time::Duration};

use campanile_protocol::{AppId, signature::SigningKey};
use secrecy::SecretString;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::due::{ClaimedRow, lock_due_lanes, read_events};
use crate::{Store, StoreError, keys, webhooks};

/// How much to claim.
#[derive(Clone, Copy, Debug)]
pub struct ClaimLimits {
    /// Who claims: what a dead incarnation holds is given back by [`Store::reconcile`].
    pub incarnation: Uuid,
    /// Most lanes at once.
    pub lanes: i64,
    /// Most lanes of one app under way on all nodes together.
    pub lanes_per_app: i64,
    /// How long the claim holds unless it is settled or released before.
    pub lease: Duration,
}

/// A lane's next batch, for its holder alone until it is settled, released, or the lease ends.
#[derive(Clone)]
pub struct Claim {
    pub(super) lane_id: i64,
    /// Who is to be told.
    pub endpoint_id: Uuid,
    /// About which app.
    pub app_id: AppId,
    /// Where.
    pub url: String,
    /// The endpoint's own secret, `whsec_…`.
    pub signing_secret: SecretString,
    /// The app's oldest active key; an app may have none.
    pub app_key: Option<SigningKey>,
    /// What.
    pub batch: Batch,
}

/// Events that are sent in one request, the same ones at each try.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The same at each try.
    pub id: Uuid,
    /// Which try this is, from 1.
    pub attempt: u32,
    /// When the batch was first claimed.
    pub frozen_at: OffsetDateTime,
    /// At least one, by number without gaps.
    pub events: Vec<BatchEvent>,
}

/// One event of a batch.
#[derive(Clone, Debug)]
pub struct BatchEvent {
    /// Its number in its lane.
    pub seq: i64,
    /// The JSON object to send.
    pub body: String,
}

impl Store {
    /// Claims the next batch of lanes that are due, each app's in turn. Committed before it returns.
    ///
    /// The first claim of a batch freezes what is in it.
    pub async fn claim(&self, limits: ClaimLimits) -> Result<Vec<Claim>, StoreError> {
        let mut transaction = self.pool.begin().await?;
        let rows = lock_due_lanes(&mut transaction, limits).await?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let mut events = read_events(&mut transaction, &rows).await?;
        let mut claims = Vec::with_capacity(rows.len());
        let mut fresh = Fresh::default();
        for row in rows {
            match events.remove(&row.id) {
                Some(events) => {
                    let endpoint_id = row.endpoint_id;
                    match self.to_claim(row, events, &mut fresh) {
                        Ok(claim) => claims.push(claim),
                        // One spoiled row must not stop the others; its own lane stays leased.
                        Err(error) => {
                            let error = &error as &dyn std::error::Error;
                            tracing::error!(error, webhook.id = %endpoint_id, "a webhook cannot be sent");
                        }
                    }
                }
                None => skip_lost_events(&mut transaction, &row).await?,
            }
        }
        fresh.freeze(&mut transaction).await?;
        transaction.commit().await?;
        Ok(claims)
    }

    /// Gives claims back untried, so that they need not wait for the end of their lease.
    pub async fn release(&self, claims: &[Claim]) -> Result<(), StoreError> {
        let (lanes, batches): (Vec<i64>, Vec<Uuid>) =
            claims.iter().map(|claim| (claim.lane_id, claim.batch.id)).unzip();
        sqlx::query(
            "update webhook_lanes l set locked_until = null
             from unnest($1::bigint[], $2::uuid[]) as mine (id, batch_id)
             where l.id = mine.id and l.batch_id = mine.batch_id",
        )
        .bind(lanes)
        .bind(batches)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    fn to_claim(
        &self,
        row: ClaimedRow,
        events: Vec<BatchEvent>,
        fresh: &mut Fresh,
    ) -> Result<Claim, StoreError> {
        let data_key = self.open_data_key(row.tenant_id, &row.data_key_sealed)?;
        let app_key = match (row.key_id, row.key, row.key_secret_sealed) {
            (Some(id), Some(key), Some(sealed)) => {
                let key = key.parse().map_err(|_| StoreError::Corrupt("an app key"))?;
                Some(SigningKey::new(key, data_key.open_text(&sealed, keys::secret_place(id))?))
            }
            _ => None,
        };
        let signing_secret =
            data_key.open_text(&row.secret_sealed, webhooks::secret_place(row.endpoint_id))?;
        let app_id = AppId::from_number(row.app_id).map_err(|_| StoreError::Corrupt("an app id"))?;
        // Frozen only when nothing can fail any more.
        let (id, frozen_at) = match row.batch_id.zip(row.batch_at) {
            Some(frozen) => frozen,
            None => fresh.push(row.id, &events),
        };
        let attempt = u32::try_from(row.attempt).unwrap_or_default() + 1;
        Ok(Claim {
            lane_id: row.id,
            endpoint_id: row.endpoint_id,
            app_id,
            url: row.url,
            signing_secret,
            app_key,
            batch: Batch { id, attempt, frozen_at, events },
        })
    }
}

/// Batches that are claimed for the first time.
#[derive(Default)]
struct Fresh {
    lanes: Vec<i64>,
    ids: Vec<Uuid>,
    uptos: Vec<i64>,
    times: Vec<OffsetDateTime>,
}

impl Fresh {
    fn push(&mut self, lane: i64, events: &[BatchEvent]) -> (Uuid, OffsetDateTime) {
        // As precise as the column, so that it reads back as it was sent the first time.
        let now = OffsetDateTime::now_utc();
        let now = now.replace_microsecond(now.microsecond()).expect("it was one before");
        self.lanes.push(lane);
        self.ids.push(Uuid::new_v4());
        self.uptos.push(events.last().map_or(0, |event| event.seq));
        self.times.push(now);
        (self.ids[self.ids.len() - 1], now)
    }

    async fn freeze(self, connection: &mut PgConnection) -> Result<(), StoreError> {
        if self.lanes.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "update webhook_lanes l set batch_id = f.batch_id, batch_upto = f.upto, batch_at = f.at
             from unnest($1::bigint[], $2::uuid[], $3::bigint[], $4::timestamptz[])
                 as f (id, batch_id, upto, at)
             where l.id = f.id",
        )
        .bind(self.lanes)
        .bind(self.ids)
        .bind(self.uptos)
        .bind(self.times)
        .execute(connection)
        .await?;
        Ok(())
    }
}

/// Lets a lane go on whose next events are older than events are kept.
async fn skip_lost_events(connection: &mut PgConnection, row: &ClaimedRow) -> Result<(), StoreError> {
    tracing::error!(webhook.id = %row.endpoint_id, app.id = row.app_id, "undelivered events had expired");
    sqlx::query(
        "update webhook_lanes set cursor = coalesce(batch_upto,
                 (select min(seq) - 1 from webhook_events where lane_id = $1 and seq > cursor), head),
             batch_id = null, batch_upto = null, batch_at = null, attempt = 0, locked_until = null
         where id = $1",
    )
    .bind(row.id)
    .execute(connection)
    .await?;
    Ok(())
}

impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claim")
            .field("endpoint_id", &self.endpoint_id)
            .field("app_id", &self.app_id)
            .field("batch_id", &self.batch.id)
            .field("attempt", &self.batch.attempt)
            .finish_non_exhaustive()
    }
}
