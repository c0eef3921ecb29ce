//! What shows a second factor, and how often one may be wrong.

use secrecy::ExposeSecret;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::place;
use crate::{
    AccountError, Store, StoreError,
    audit::record_for_user,
    bearer::bearer_hash,
    totp::{matching_step, step_at},
};

/// Wrong codes of one person within an hour, over all their challenges and sessions.
const WRONG_CODES_PER_HOUR: i16 = 20;

impl Store {
    /// Whether it is a recovery code, or else an authenticator's. No number of wrong codes closes the way of
    /// the former, which cannot be guessed: someone else's tries keep nobody out who has them at hand.
    pub(super) async fn show_factor(
        &self,
        connection: &mut PgConnection,
        user_id: Uuid,
        code: &str,
    ) -> Result<bool, AccountError> {
        if take_recovery_code(connection, user_id, code).await? {
            record_for_user(connection, user_id, "user.recovery_code_used").await?;
            return Ok(true);
        }
        self.take_code(connection, user_id, code).await
    }

    /// Whether it is the code of a step after the last one taken; it is taken then. A wrong one counts, if the
    /// transaction is committed.
    pub(super) async fn take_code(
        &self,
        connection: &mut PgConnection,
        user_id: Uuid,
        code: &str,
    ) -> Result<bool, AccountError> {
        let row: Option<(Vec<u8>, i64, bool)> = sqlx::query_as(
            "select secret_sealed, last_step,
                 wrong_codes >= $2 and wrong_since > now() - interval '1 hour' is true
             from second_factors where user_id = $1 for update",
        )
        .bind(user_id)
        .bind(WRONG_CODES_PER_HOUR)
        .fetch_optional(&mut *connection)
        .await?;
        let (sealed, last_step, is_closed) = row.ok_or(AccountError::FactorState)?;
        if is_closed {
            return Err(AccountError::TooManyCodes);
        }
        let secret = self.master.open_text(&sealed, place(user_id)).map_err(StoreError::from)?;
        let secret =
            hex::decode(secret.expose_secret()).map_err(|_| StoreError::Corrupt("a second factor"))?;
        let now = step_at(OffsetDateTime::now_utc().unix_timestamp());
        let Some(step) = matching_step(&secret, code.trim(), now).filter(|step| *step > last_step) else {
            count_wrong_code(connection, user_id).await?;
            return Ok(false);
        };
        sqlx::query("update second_factors set last_step = $2 where user_id = $1")
            .bind(user_id)
            .bind(step)
            .execute(connection)
            .await?;
        Ok(true)
    }
}

/// The hour begins with the first wrong code.
async fn count_wrong_code(connection: &mut PgConnection, user_id: Uuid) -> Result<(), StoreError> {
    sqlx::query(
        "update second_factors set
             wrong_codes = case when wrong_since > now() - interval '1 hour' then wrong_codes + 1 else 1 end,
             wrong_since = case when wrong_since > now() - interval '1 hour' then wrong_since else now() end
         where user_id = $1",
    )
    .bind(user_id)
    .execute(&mut *connection)
    .await?;
    record_for_user(connection, user_id, "user.second_factor_failed").await
}

async fn take_recovery_code(
    connection: &mut PgConnection,
    user_id: Uuid,
    code: &str,
) -> Result<bool, StoreError> {
    let done = sqlx::query("delete from recovery_codes where user_id = $1 and code_hash = $2")
        .bind(user_id)
        .bind(recovery_hash(code))
        .execute(connection)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// However it was typed.
pub(super) fn recovery_hash(code: &str) -> Vec<u8> {
    let letters: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    bearer_hash(&letters.to_lowercase())
}
