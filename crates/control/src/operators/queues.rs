use campanile_protocol::TenantId;
use sqlx::prelude::FromRow;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{Letter, Store, StoreError};

/// What is to be mailed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MailQueue {
    /// Mails that wait.
    pub waiting: u64,
    /// Of them, those that were tried in vain.
    pub failing: u64,
    /// Since when the oldest waits.
    pub oldest_at: Option<OffsetDateTime>,
}

/// A mail that waits. What it says, and where its link leads, is its recipient's alone.
#[derive(Clone, Debug)]
pub struct WaitingMail {
    /// Names it.
    pub id: Uuid,
    /// To whom.
    pub recipient: String,
    /// What about, e.g. `invitation`; absent when it does not open.
    pub letter: Option<&'static str>,
    /// Tries so far.
    pub attempts: u32,
    /// Why the last of them failed.
    pub last_error: Option<String>,
    /// Since when it waits.
    pub created_at: OffsetDateTime,
    /// When it is tried again.
    pub next_at: OffsetDateTime,
}

/// What an organisation's active endpoints have yet to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantLanes {
    /// Whose.
    pub tenant: TenantId,
    /// Its name.
    pub name: String,
    /// Lanes with something to tell.
    pub lanes: u64,
    /// Of them, those whose last try failed.
    pub failing: u64,
    /// Events that wait.
    pub events: u64,
    /// Since when the batch that was tried longest waits; absent when none was tried.
    pub oldest_batch_at: Option<OffsetDateTime>,
}

/// Lanes that are looked at: enough to find who is behind, at a price that does not grow with it.
const LANES: i64 = 10_000;

impl Store {
    /// How far mails are behind.
    pub async fn mail_queue(&self) -> Result<MailQueue, StoreError> {
        let (waiting, failing, oldest_at): (i64, i64, Option<OffsetDateTime>) = sqlx::query_as(
            "select count(*), count(*) filter (where last_error is not null), min(created_at) from mails",
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(MailQueue { waiting: unsigned(waiting), failing: unsigned(failing), oldest_at })
    }

    /// Mails that wait, those tried most often first.
    pub async fn list_mails(&self, limit: u32) -> Result<Vec<WaitingMail>, StoreError> {
        let rows: Vec<WaitingRow> = sqlx::query_as(
            "select id, recipient, letter_sealed, attempts, last_error, created_at, next_at
             from mails order by last_error is null, attempts desc, created_at, id limit $1",
        )
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(|row| row.into_mail(self)).collect())
    }

    /// Has a mail tried at once, whatever its schedule says. Whether it still waits.
    pub async fn retry_mail(&self, mail: Uuid) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        let recipient: Option<String> =
            sqlx::query_scalar("update mails set next_at = now() where id = $1 returning recipient")
                .bind(mail)
                .fetch_optional(&mut *transaction)
                .await?;
        let Some(recipient) = recipient else { return Ok(false) };
        sqlx::query("select audit(null, null, 'mail.retried', $1, $2, null, null)")
            .bind(mail.to_string())
            .bind(recipient)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// The organisations whose active endpoints have yet to be told most, the furthest behind first. At most
    /// 10,000 lanes are looked at: first those that fail, of them those tried most often.
    pub async fn lanes_by_tenant(&self, limit: u32) -> Result<Vec<TenantLanes>, StoreError> {
        let rows: Vec<LanesRow> = sqlx::query_as(
            "with waiting as (
                 select app_id, head - cursor as events, attempt, batch_at from webhook_lanes
                 where cursor < head and not is_held order by standing desc, next_at desc limit $1
             )
             select t.id, t.name, count(*) as lanes, count(*) filter (where w.attempt > 0) as failing,
                 sum(w.events)::bigint as events, min(w.batch_at) as oldest_batch_at
             from waiting w join apps a on a.id = w.app_id join tenants t on t.id = a.tenant_id
             group by t.id, t.name order by events desc, t.id limit $2",
        )
        .bind(LANES)
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(LanesRow::into_lanes).collect())
    }
}

#[derive(FromRow)]
struct WaitingRow {
    id: Uuid,
    recipient: String,
    letter_sealed: Vec<u8>,
    attempts: i32,
    last_error: Option<String>,
    created_at: OffsetDateTime,
    next_at: OffsetDateTime,
}

#[derive(FromRow)]
struct LanesRow {
    id: Uuid,
    name: String,
    lanes: i64,
    failing: i64,
    events: i64,
    oldest_batch_at: Option<OffsetDateTime>,
}

impl WaitingRow {
    fn into_mail(self, store: &Store) -> WaitingMail {
        let letter = store.open_letter(self.id, &self.letter_sealed).ok();
        WaitingMail {
            id: self.id,
            recipient: self.recipient,
            letter: letter.as_ref().map(Letter::kind),
            attempts: u32::try_from(self.attempts).unwrap_or_default(),
            last_error: self.last_error,
            created_at: self.created_at,
            next_at: self.next_at,
        }
    }
}

impl LanesRow {
    fn into_lanes(self) -> TenantLanes {
        TenantLanes {
            tenant: TenantId(self.id),
            name: self.name,
            lanes: unsigned(self.lanes),
            failing: unsigned(self.failing),
            events: unsigned(self.events),
            oldest_batch_at: self.oldest_batch_at,
        }
    }
}

fn unsigned(count: i64) -> u64 {
    u64::try_from(count).unwrap_or_default()
}
