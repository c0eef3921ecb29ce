use std::{collections::HashMap, fmt, time::Duration};

use campanile_protocol::{AppId, signature::SigningKey};
use secrecy::SecretString;
use sqlx::{PgConnection, prelude::FromRow};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{Store, StoreError, keys, webhooks};

/// Events per request where batching is on.
const BATCH_EVENTS: i64 = 100;
/// Bytes of events per request where batching is on, unless a single one is larger.
const BATCH_BYTES: i64 = 256 * 1024;

/// How much to claim.
#[derive(Clone, Copy, Debug)]
pub struct ClaimLimits {
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

#[derive(FromRow)]
struct ClaimedRow {
    id: i64,
    cursor: i64,
    batch_id: Option<Uuid>,
    batch_upto: Option<i64>,
    batch_at: Option<OffsetDateTime>,
    attempt: i32,
    endpoint_id: Uuid,
    app_id: i64,
    tenant_id: Uuid,
    url: String,
    batching: bool,
    secret_sealed: Vec<u8>,
    data_key_sealed: Vec<u8>,
    key_id: Option<Uuid>,
    key: Option<String>,
    key_secret_sealed: Option<Vec<u8>>,
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
                Some(events) => claims.push(self.to_claim(row, events, &mut fresh)?),
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
        let (id, frozen_at) = match row.batch_id.zip(row.batch_at) {
            Some(frozen) => frozen,
            None => fresh.push(row.id, &events),
        };
        Ok(Claim {
            lane_id: row.id,
            endpoint_id: row.endpoint_id,
            app_id: AppId::from_number(row.app_id).map_err(|_| StoreError::Corrupt("an app id"))?,
            url: row.url,
            signing_secret: data_key
                .open_text(&row.secret_sealed, webhooks::secret_place(row.endpoint_id))?,
            app_key,
            batch: Batch {
                id,
                attempt: u32::try_from(row.attempt).unwrap_or_default() + 1,
                frozen_at,
                events,
            },
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

async fn lock_due_lanes(
    connection: &mut PgConnection,
    limits: ClaimLimits,
) -> Result<Vec<ClaimedRow>, StoreError> {
    // `place` is a lane's rank within its app, after what is under way: ordering by it serves the
    // apps in turn. The conditions stand twice because a row may change before it is locked.
    let rows = sqlx::query_as(
        "with busy as (
             select app_id, count(*) as lanes from webhook_lanes
             where cursor < head and locked_until > now() group by app_id
         ), due as (
             select l.id, l.next_at,
                 row_number() over (partition by l.app_id order by l.next_at) + coalesce(b.lanes, 0) as place
             from webhook_lanes l
             join webhook_endpoints w on w.id = l.endpoint_id
             left join busy b on b.app_id = l.app_id
             where l.cursor < l.head and l.next_at <= now() and w.state = 'active'
               and (l.locked_until is null or l.locked_until <= now())
         ), picked as (
             select l.id from webhook_lanes l join due d on d.id = l.id
             where d.place <= $2 and l.cursor < l.head and l.next_at <= now()
               and (l.locked_until is null or l.locked_until <= now())
             order by d.place, d.next_at limit $1
             for update of l skip locked
         ), locked as (
             update webhook_lanes l set locked_until = now() + make_interval(secs => $3)
             from picked where l.id = picked.id
             returning l.*
         )
         select l.id, l.cursor, l.batch_id, l.batch_upto, l.batch_at, l.attempt,
             w.id as endpoint_id, w.app_id, w.tenant_id, w.url, w.batching, w.secret_sealed,
             t.data_key_sealed, k.id as key_id, k.key, k.secret_sealed as key_secret_sealed
         from locked l
         join webhook_endpoints w on w.id = l.endpoint_id
         join tenants t on t.id = w.tenant_id
         left join lateral (
             select id, key, secret_sealed from app_keys where app_id = w.app_id
             order by created_at, id limit 1
         ) k on true",
    )
    .bind(limits.lanes)
    .bind(limits.lanes_per_app)
    .bind(limits.lease.as_secs_f64())
    .fetch_all(connection)
    .await?;
    Ok(rows)
}

/// The events of each lane's batch: those it was frozen with, or the next ones that fit.
async fn read_events(
    connection: &mut PgConnection,
    rows: &[ClaimedRow],
) -> Result<HashMap<i64, Vec<BatchEvent>>, StoreError> {
    let read: Vec<(i64, i64, String)> = sqlx::query_as(
        "select l.id, e.seq, e.body
         from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::boolean[])
             as l (id, cursor, upto, batching)
         cross join lateral (
             select next.seq, next.body, row_number() over upwards as place,
                 sum(octet_length(next.body)) over upwards as bytes
             from (
                 select seq, body from webhook_events
                 where lane_id = l.id and seq > l.cursor and (l.upto is null or seq <= l.upto)
                 order by seq limit case when l.batching or l.upto is not null then $5::bigint else 1 end
             ) next
             window upwards as (order by next.seq)
         ) e
         where l.upto is not null or e.place = 1 or e.bytes <= $6
         order by l.id, e.seq",
    )
    .bind(rows.iter().map(|row| row.id).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.cursor).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.batch_upto).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.batching).collect::<Vec<_>>())
    .bind(BATCH_EVENTS)
    .bind(BATCH_BYTES)
    .fetch_all(connection)
    .await?;
    let mut events: HashMap<i64, Vec<BatchEvent>> = HashMap::new();
    for (lane, seq, body) in read {
        events.entry(lane).or_default().push(BatchEvent { seq, body });
    }
    Ok(events)
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
