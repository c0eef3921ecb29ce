use campanile_protocol::TenantId;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use sqlx::prelude::FromRow;
use thiserror::Error;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{Store, StoreError, random::random_hex};

/// Tells a management token from other secrets, for people and for programs that scan for leaks.
const PREFIX: &str = "cmt_";

/// A management token as its owner sees it; the token itself is shown once, when it is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRecord {
    /// Names it in the management API.
    pub id: Uuid,
    /// What its owner calls it.
    pub name: String,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When it last opened something, to the minute; absent if it never did.
    pub last_used_at: Option<OffsetDateTime>,
}

/// Why a token is not as asked.
#[derive(Debug, Error)]
pub enum TokenError {
    /// The tenant has no such token, or there is no such tenant.
    #[error("there is no such tenant or token")]
    NotFound,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for TokenError {
    fn from(error: sqlx::Error) -> Self {
        let is_orphan =
            error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_foreign_key_violation);
        if is_orphan { Self::NotFound } else { Self::Store(error.into()) }
    }
}

#[derive(FromRow)]
struct TokenRow {
    id: Uuid,
    name: String,
    created_at: OffsetDateTime,
    last_used_at: Option<OffsetDateTime>,
}

impl Store {
    /// Makes a token. The second value is the token: 256 random bits, of which only the hash is stored.
    /// The name has 1 to 80 characters.
    pub async fn create_token(
        &self,
        tenant: TenantId,
        name: &str,
    ) -> Result<(TokenRecord, SecretString), TokenError> {
        let token = format!("{PREFIX}{}", random_hex::<32>());
        let row: TokenRow = sqlx::query_as(
            "insert into management_tokens (id, tenant_id, name, token_hash) values ($1, $2, $3, $4)
             returning id, name, created_at, last_used_at",
        )
        .bind(Uuid::now_v7())
        .bind(tenant.0)
        .bind(name)
        .bind(hash(&token))
        .fetch_one(&self.pool)
        .await?;
        Ok((row.into_record(), token.into()))
    }

    /// The tenant's tokens, oldest first.
    pub async fn list_tokens(&self, tenant: TenantId) -> Result<Vec<TokenRecord>, TokenError> {
        let rows: Vec<TokenRow> = sqlx::query_as(
            "select id, name, created_at, last_used_at from management_tokens
             where tenant_id = $1 order by created_at, id",
        )
        .bind(tenant.0)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(TokenRow::into_record).collect())
    }

    /// Ends a token: the next request with it is refused.
    pub async fn delete_token(&self, tenant: TenantId, token: Uuid) -> Result<(), TokenError> {
        let done = sqlx::query("delete from management_tokens where tenant_id = $1 and id = $2")
            .bind(tenant.0)
            .bind(token)
            .execute(&self.pool)
            .await?;
        if done.rows_affected() > 0 { Ok(()) } else { Err(TokenError::NotFound) }
    }

    /// Whose token it is, and notes that it was used. `None` covers what never was and what was deleted.
    /// What is compared are hashes, in the index: how long it takes tells nothing of a token.
    pub async fn find_token(&self, token: &SecretString) -> Result<Option<TenantId>, StoreError> {
        if !token.expose_secret().starts_with(PREFIX) {
            return Ok(None);
        }
        // At most one write a minute, however often it is shown.
        let tenant: Option<Uuid> = sqlx::query_scalar(
            "with found as (
                 select id, tenant_id, last_used_at from management_tokens where token_hash = $1
             ), touched as (
                 update management_tokens t set last_used_at = now() from found
                 where t.id = found.id
                   and coalesce(found.last_used_at, '-infinity') < now() - interval '1 minute'
             )
             select tenant_id from found",
        )
        .bind(hash(token.expose_secret()))
        .fetch_optional(&self.pool)
        .await?;
        Ok(tenant.map(TenantId))
    }
}

impl TokenRow {
    fn into_record(self) -> TokenRecord {
        TokenRecord {
            id: self.id,
            name: self.name,
            created_at: self.created_at,
            last_used_at: self.last_used_at,
        }
    }
}

fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token).to_vec()
}
