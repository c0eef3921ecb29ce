use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use sqlx::PgConnection;

use crate::{Account, Store, StoreError, accounts::AccountRow, random::random_hex};

/// What a browser holds to prove who it is: 256 random bits as 64 hex digits. Only its hash is
/// stored. A new one is made at each login; none is ever taken over.
#[derive(Clone, Debug)]
pub struct SessionToken(SecretString);

impl SessionToken {
    /// The text for the cookie.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    pub(crate) async fn insert(connection: &mut PgConnection, account: &Account) -> Result<Self, StoreError> {
        let token = Self(random_hex::<32>().into());
        sqlx::query("insert into sessions (token_hash, tenant_id, user_id) values ($1, $2, $3)")
            .bind(hash(token.expose()))
            .bind(account.tenant_id.0)
            .bind(account.user_id)
            .execute(connection)
            .await?;
        Ok(token)
    }
}

impl Store {
    /// Whose session it is, unless it was idle for 12 hours, is older than 7 days, or never was.
    /// Finding it is what keeps it from being idle.
    pub async fn find_session(&self, token: &str) -> Result<Option<Account>, StoreError> {
        // `last_seen_at` moves at most once a minute: reading a page is not worth a write.
        let row: Option<AccountRow> = sqlx::query_as(
            "with live as (
                 select token_hash, user_id, tenant_id, last_seen_at from sessions
                 where token_hash = $1 and created_at > now() - interval '7 days'
                   and last_seen_at > now() - interval '12 hours'
             ), touched as (
                 update sessions s set last_seen_at = now() from live
                 where s.token_hash = live.token_hash and live.last_seen_at < now() - interval '1 minute'
             )
             select u.id as user_id, u.email, t.id as tenant_id, t.name as tenant_name
             from live join users u on u.id = live.user_id join tenants t on t.id = live.tenant_id",
        )
        .bind(hash(token))
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(AccountRow::into_account))
    }

    /// Ends the session, if there is one.
    pub async fn log_out(&self, token: &str) -> Result<(), StoreError> {
        sqlx::query("delete from sessions where token_hash = $1")
            .bind(hash(token))
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}

fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token).to_vec()
}
