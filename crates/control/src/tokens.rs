use std::{fmt, str::FromStr};

use campanile_protocol::{AppId, TenantId};
use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, prelude::FromRow};
use thiserror::Error;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    Full, Letter, Role, Store, StoreError,
    accounts::stored_role,
    bearer::{bearer_hash, random_bearer},
    room::TOKENS,
};

/// Tells a management token from other secrets, for people and for programs that scan for leaks.
const PREFIX: &str = "cmt_";

/// What a token may be used for, besides what its maker's role leaves of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TokenScope {
    /// To see.
    Read,
    /// To see what events hold.
    Payloads,
    /// To make, change and end what an app is made of.
    Write,
    /// To see what keys sign with.
    Secrets,
    /// To publish as an app's server.
    Publish,
    /// To take an app's webhooks to where a program runs.
    Listen,
}

/// A text that names no scope.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("must be one of read, payloads, write, secrets, publish, listen")]
pub struct UnknownScope;

/// What a new token is to be.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// 1 to 80 characters.
    pub name: String,
    /// What for.
    pub scopes: Vec<TokenScope>,
    /// The only app that it reaches.
    pub app_id: Option<AppId>,
    /// When it ends by itself.
    pub expires_at: Option<OffsetDateTime>,
    /// Whose role bounds it, and who takes it along when they leave. `None` for the operator, whom nothing
    /// bounds.
    pub created_by: Option<Uuid>,
}

/// A management token as its owner sees it; the token itself is shown once, when it is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRecord {
    /// Names it in the management API.
    pub id: Uuid,
    /// What its owner calls it.
    pub name: String,
    /// What it may be used for.
    pub scopes: Vec<TokenScope>,
    /// The only app that it reaches.
    pub app_id: Option<AppId>,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// The address of who made it; absent if the operator did.
    pub created_by: Option<String>,
    /// When it ends by itself.
    pub expires_at: Option<OffsetDateTime>,
    /// When it last opened something, to the minute; absent if it never did.
    pub last_used_at: Option<OffsetDateTime>,
}

/// A token that opens something.
#[derive(Clone, Debug)]
pub struct FoundToken {
    /// The token.
    pub record: TokenRecord,
    /// For which organisation.
    pub tenant_id: TenantId,
    /// What its maker is there now; the operator's are owners.
    pub role: Role,
    /// Whether the organisation is suspended.
    pub is_suspended: bool,
}

/// Why a token is not as asked.
#[derive(Debug, Error)]
pub enum TokenError {
    /// The tenant has no such token or app, or there is no such tenant.
    #[error("there is no such tenant, app or token")]
    NotFound,
    /// The token is someone's whom one may decide nothing about.
    #[error("its maker is above you")]
    AboveYou(Role),
    /// There are as many as there may be.
    #[error(transparent)]
    Full(#[from] Full),
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
    scopes: Vec<String>,
    app_id: Option<i64>,
    created_at: OffsetDateTime,
    created_by: Option<String>,
    expires_at: Option<OffsetDateTime>,
    last_used_at: Option<OffsetDateTime>,
}

#[derive(FromRow)]
struct FoundRow {
    tenant_id: Uuid,
    role: Option<String>,
    is_suspended: bool,
    #[sqlx(flatten)]
    token: TokenRow,
}

impl Store {
    /// Makes a token. The second value is the token: 256 random bits, of which only the hash is stored.
    pub async fn create_token(
        &self,
        tenant: TenantId,
        new: NewToken,
    ) -> Result<(TokenRecord, SecretString), TokenError> {
        let token = format!("{PREFIX}{}", random_bearer());
        let scopes: Vec<&str> = new.scopes.iter().map(|scope| scope.as_str()).collect();
        let mut transaction = self.begin().await?;
        TOKENS.check::<_, TokenError>(&mut transaction, tenant.0).await?;
        let row: TokenRow = sqlx::query_as(
            "with made as (
                 insert into management_tokens
                     (id, tenant_id, name, token_hash, scopes, app_id, expires_at, created_by)
                 values ($1, $2, $3, $4, $5, $6, $7, $8) returning *
             )
             select t.id, t.name, t.scopes, t.app_id, t.created_at, u.email as created_by, t.expires_at,
                 t.last_used_at
             from made t left join users u on u.id = t.created_by",
        )
        .bind(Uuid::now_v7())
        .bind(tenant.0)
        .bind(&new.name)
        .bind(bearer_hash(&token))
        .bind(scopes)
        .bind(new.app_id.map(AppId::number))
        .bind(new.expires_at)
        .bind(new.created_by)
        .fetch_one(&mut *transaction)
        .await?;
        if let Some(person) = new.created_by {
            self.tell_maker(&mut transaction, tenant, person, new).await?;
        }
        transaction.commit().await?;
        Ok((row.into_record()?, token.into()))
    }

    /// A token outlives the session that made it: whose name it carries should know of it.
    async fn tell_maker(
        &self,
        connection: &mut PgConnection,
        tenant: TenantId,
        person: Uuid,
        new: NewToken,
    ) -> Result<(), StoreError> {
        let organisation = sqlx::query_scalar("select name from tenants where id = $1")
            .bind(tenant.0)
            .fetch_one(&mut *connection)
            .await?;
        let letter = Letter::TokenCreated { name: new.name, scopes: new.scopes, organisation };
        self.enqueue_for_person(connection, person, &letter).await
    }

    /// The tenant's tokens, oldest first; expired ones too, until they are a month past it.
    pub async fn list_tokens(&self, tenant: TenantId) -> Result<Vec<TokenRecord>, TokenError> {
        let rows: Vec<TokenRow> = sqlx::query_as(
            "select t.id, t.name, t.scopes, t.app_id, t.created_at, u.email as created_by, t.expires_at,
                 t.last_used_at
             from management_tokens t left join users u on u.id = t.created_by
             where t.tenant_id = $1 order by t.created_at, t.id",
        )
        .bind(tenant.0)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(TokenRow::into_record).collect::<Result<_, _>>()?)
    }

    /// Ends a token, on behalf of someone in role `by`: the next request with it is refused. One's own, or one
    /// of who is not above; the operator's are owners'.
    pub async fn delete_token(
        &self,
        tenant: TenantId,
        by: Role,
        user_id: Option<Uuid>,
        token: Uuid,
    ) -> Result<(), TokenError> {
        let mut transaction = self.begin().await?;
        let made: Option<(Option<Uuid>, Option<String>)> = sqlx::query_as(
            "select t.created_by, m.role from management_tokens t
             left join memberships m on m.tenant_id = t.tenant_id and m.user_id = t.created_by
             where t.tenant_id = $1 and t.id = $2",
        )
        .bind(tenant.0)
        .bind(token)
        .fetch_optional(&mut *transaction)
        .await?;
        let (maker, role) = made.ok_or(TokenError::NotFound)?;
        let role = makers_role(role.as_deref())?;
        if !(maker.is_some() && maker == user_id || by.may_assign(role)) {
            return Err(TokenError::AboveYou(role));
        }
        let done = sqlx::query("delete from management_tokens where tenant_id = $1 and id = $2")
            .bind(tenant.0)
            .bind(token)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        if done.rows_affected() > 0 { Ok(()) } else { Err(TokenError::NotFound) }
    }

    /// What a token opens, and notes that it was used. `None` covers what never was, what was deleted and
    /// what has expired.
    pub async fn find_token(&self, token: &SecretString) -> Result<Option<FoundToken>, StoreError> {
        if !token.expose_secret().starts_with(PREFIX) {
            return Ok(None);
        }
        // At most one write a minute, however often it is shown.
        let row: Option<FoundRow> = sqlx::query_as(
            "with found as (
                 select * from management_tokens
                 where token_hash = $1 and (expires_at is null or expires_at > now())
             ), touched as (
                 update management_tokens t set last_used_at = now() from found
                 where t.id = found.id
                   and coalesce(found.last_used_at, '-infinity') < now() - interval '1 minute'
             )
             select t.tenant_id, m.role, o.suspended_at is not null as is_suspended, t.id, t.name, t.scopes, t.app_id, t.created_at,
                 u.email as created_by, t.expires_at, t.last_used_at
             from found t join tenants o on o.id = t.tenant_id
             left join memberships m on m.tenant_id = t.tenant_id and m.user_id = t.created_by
             left join users u on u.id = t.created_by",
        )
        .bind(bearer_hash(token.expose_secret()))
        .fetch_optional(&self.pool)
        .await?;
        row.map(FoundRow::into_found).transpose()
    }
}

impl TokenRow {
    fn into_record(self) -> Result<TokenRecord, StoreError> {
        let app_id = self.app_id.map(AppId::from_number).transpose();
        Ok(TokenRecord {
            id: self.id,
            name: self.name,
            // A scope of a later release is none of ours.
            scopes: self.scopes.iter().filter_map(|scope| scope.parse().ok()).collect(),
            app_id: app_id.map_err(|_| StoreError::Corrupt("an app id"))?,
            created_at: self.created_at,
            created_by: self.created_by,
            expires_at: self.expires_at,
            last_used_at: self.last_used_at,
        })
    }
}

impl FoundRow {
    fn into_found(self) -> Result<FoundToken, StoreError> {
        let role = makers_role(self.role.as_deref())?;
        Ok(FoundToken {
            record: self.token.into_record()?,
            tenant_id: TenantId(self.tenant_id),
            role,
            is_suspended: self.is_suspended,
        })
    }
}

/// What a token's maker is; the operator's tokens are owners'.
fn makers_role(stored: Option<&str>) -> Result<Role, StoreError> {
    stored.map_or(Ok(Role::Owner), stored_role)
}

impl TokenScope {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Read, Self::Payloads, Self::Write, Self::Secrets, Self::Publish, Self::Listen];

    /// Its name, as stored and as written in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Payloads => "payloads",
            Self::Write => "write",
            Self::Secrets => "secrets",
            Self::Publish => "publish",
            Self::Listen => "listen",
        }
    }
}

impl fmt::Display for TokenScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for TokenScope {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text).ok_or(UnknownScope)
    }
}
