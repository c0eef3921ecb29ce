use campanile_protocol::TenantId;
use secrecy::{ExposeSecret, SecretString};
use sqlx::{PgConnection, PgExecutor, prelude::FromRow};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    Account, AccountError, Letter, Store, StoreError,
    accounts::{AccountRow, check_length},
    actor,
    audit::record_for_user,
    bearer::{bearer_hash, random_bearer},
    factors::end_challenges,
    logins::Known,
};

/// What a browser holds to prove who it is: 256 random bits as 64 hex digits. Only its hash is
/// stored. A new one is made at each login; none is ever taken over.
#[derive(Clone, Debug)]
pub struct SessionToken(SecretString);

/// A place where a person is logged in.
#[derive(Clone, Debug, FromRow)]
pub struct SessionRecord {
    /// Names it in the management API; opens nothing.
    pub id: Uuid,
    /// When they logged in.
    pub created_at: OffsetDateTime,
    /// When it was last used, to the minute.
    pub last_seen_at: OffsetDateTime,
    /// From which address they logged in.
    pub address: Option<String>,
    /// What their browser called itself then.
    pub user_agent: Option<String>,
    /// Whether it is the one that asks.
    pub is_current: bool,
}

/// What someone showed who opens a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// A password, or a link from a mail.
    Password,
    /// Their second factor as well.
    Factor,
}

impl SessionToken {
    /// The text for the cookie.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    pub(crate) async fn insert(
        connection: &mut PgConnection,
        user_id: Uuid,
        tenant: Option<TenantId>,
        proof: Proof,
    ) -> Result<Self, StoreError> {
        let token = random_bearer();
        let origin = actor::current().origin;
        sqlx::query(
            "insert into sessions (token_hash, tenant_id, user_id, address, user_agent, factor_shown)
             values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(bearer_hash(&token))
        .bind(tenant.map(|tenant| tenant.0))
        .bind(user_id)
        .bind(origin.address)
        .bind(origin.user_agent)
        .bind(proof == Proof::Factor)
        .execute(connection)
        .await?;
        Ok(Self(token.into()))
    }
}

impl Store {
    /// Whose session it is, unless it was idle for 12 hours, is older than 7 days, or never was.
    /// Finding it is what keeps it from being idle. The role is read anew each time: a change of it is in
    /// force at once.
    pub async fn find_session(&self, token: &str) -> Result<Option<Account>, StoreError> {
        find_account(&self.pool, token, true).await
    }

    /// The same without keeping it from being idle: for what nobody does, such as a stream that goes on.
    pub async fn glance_at_session(&self, token: &str) -> Result<Option<Account>, StoreError> {
        find_account(&self.pool, token, false).await
    }

    /// Ends the session, if there is one.
    pub async fn log_out(&self, token: &str) -> Result<(), StoreError> {
        sqlx::query("delete from sessions where token_hash = $1")
            .bind(bearer_hash(token))
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Where the person is logged in, the last used first. `current` is the token of who asks.
    pub async fn list_sessions(
        &self,
        user_id: Uuid,
        current: &str,
    ) -> Result<Vec<SessionRecord>, StoreError> {
        Ok(sqlx::query_as(
            "select id, created_at, last_seen_at, address, user_agent, token_hash = $2 as is_current
             from sessions
             where user_id = $1 and created_at > now() - interval '7 days'
               and last_seen_at > now() - interval '12 hours'
             order by last_seen_at desc, id",
        )
        .bind(user_id)
        .bind(bearer_hash(current))
        .fetch_all(&self.pool)
        .await?)
    }

    /// Ends one of the person's sessions. Whether there was one.
    pub async fn revoke_session(&self, user_id: Uuid, session: Uuid) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        let done = sqlx::query("delete from sessions where user_id = $1 and id = $2")
            .bind(user_id)
            .bind(session)
            .execute(&mut *transaction)
            .await?;
        if done.rows_affected() > 0 {
            record_for_user(&mut transaction, user_id, "user.session_revoked").await?;
        }
        transaction.commit().await?;
        Ok(done.rows_affected() > 0)
    }

    /// Ends all the person's sessions but the one that asks. How many there were.
    pub async fn revoke_other_sessions(&self, user_id: Uuid, current: &str) -> Result<u64, StoreError> {
        let mut transaction = self.begin().await?;
        let ended = end_sessions(&mut transaction, user_id, Some(current)).await?;
        record_for_user(&mut transaction, user_id, "user.sessions_revoked").await?;
        transaction.commit().await?;
        Ok(ended)
    }

    /// Gives the person a new password, if they know the old one, and ends their other sessions.
    pub async fn change_password(
        &self,
        user_id: Uuid,
        current: &str,
        old: SecretString,
        new: SecretString,
    ) -> Result<(), AccountError> {
        let known = self.check_password(user_id, old).await?;
        let hash = self.hash_password(new).await?;
        let mut transaction = self.begin().await?;
        // One that was set anew while the old one was verified stays.
        let done = sqlx::query("update users set password_hash = $2 where id = $1 and password_hash = $3")
            .bind(user_id)
            .bind(hash)
            .bind(known.hash)
            .execute(&mut *transaction)
            .await?;
        if done.rows_affected() == 0 {
            return Err(AccountError::WrongPassword);
        }
        end_sessions(&mut transaction, user_id, Some(current)).await?;
        record_for_user(&mut transaction, user_id, "user.password_changed").await?;
        self.enqueue(&mut transaction, &known.email, &Letter::PasswordChanged).await?;
        Ok(transaction.commit().await?)
    }

    /// Fails unless it is the person's password.
    pub(crate) async fn check_password(
        &self,
        user_id: Uuid,
        password: SecretString,
    ) -> Result<Known, AccountError> {
        let password = check_length(password).map_err(|_| AccountError::WrongPassword)?;
        let found = sqlx::query_as(
            "select id as user_id, email, password_hash as hash, verified_at is not null as is_verified
             from users where id = $1",
        )
        .bind(user_id)
        .fetch_optional(&self.pool)
        .await?;
        self.verify_password(found, password).await?.ok_or(AccountError::WrongPassword)
    }
}

/// Whose session it is, and where they act.
pub(crate) async fn find_account(
    executor: impl PgExecutor<'_>,
    token: &str,
    is_used: bool,
) -> Result<Option<Account>, StoreError> {
    // `last_seen_at` moves at most once a minute: reading a page is not worth a write.
    let row: Option<AccountRow> = sqlx::query_as(
        "with live as (
             select token_hash, user_id, tenant_id, created_at, last_seen_at, factor_shown from sessions
             where token_hash = $1 and created_at > now() - interval '7 days'
               and last_seen_at > now() - interval '12 hours'
         ), touched as (
             update sessions s set last_seen_at = now() from live
             where s.token_hash = live.token_hash and live.last_seen_at < now() - interval '1 minute' and $2
         )
         select u.id as user_id, u.email, u.verified_at is not null as is_verified,
             f.confirmed_at is not null as has_second_factor, o.user_id is not null as is_operator,
             coalesce(live.factor_shown and f.confirmed_at <= least(live.created_at, o.created_at)
                 and o.user_id is not null, false) as is_proven_operator,
             t.id as tenant_id, t.name as tenant_name, m.role, t.suspension_reason
         from live
         join users u on u.id = live.user_id
         left join second_factors f on f.user_id = u.id
         left join operators o on o.user_id = u.id
         left join memberships m on m.tenant_id = live.tenant_id and m.user_id = live.user_id
         left join tenants t on t.id = m.tenant_id",
    )
    .bind(bearer_hash(token))
    .bind(is_used)
    .fetch_optional(executor)
    .await?;
    row.map(AccountRow::into_account).transpose()
}

/// Ends the person's sessions but one, and whatever of theirs is on its way to become one.
pub(crate) async fn end_sessions(
    connection: &mut PgConnection,
    user_id: Uuid,
    but: Option<&str>,
) -> Result<u64, StoreError> {
    end_challenges(connection, user_id).await?;
    sqlx::query("delete from mail_tokens where user_id = $1 and purpose = 'reset'")
        .bind(user_id)
        .execute(&mut *connection)
        .await?;
    let done =
        sqlx::query("delete from sessions where user_id = $1 and ($2::bytea is null or token_hash <> $2)")
            .bind(user_id)
            .bind(but.map(bearer_hash))
            .execute(connection)
            .await?;
    Ok(done.rows_affected())
}
