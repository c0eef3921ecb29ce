//! Links in mails: what following one proves, and that it does so once.

use secrecy::{ExposeSecret, SecretString};
use sqlx::{PgConnection, prelude::FromRow};
use uuid::Uuid;

use crate::{
    AccountError, Letter, Store, StoreError,
    actor::introduce_user,
    audit::record_for_user,
    bearer::{bearer_hash, random_bearer},
    sessions::end_sessions,
};

/// What a link is for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose {
    /// Shows that the address is theirs; good for two days.
    Verify,
    /// Sets a new password; good for half an hour.
    Reset,
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Reset => "reset",
        }
    }

    fn minutes(self) -> i32 {
        match self {
            Self::Verify => 48 * 60,
            Self::Reset => 30,
        }
    }
}

impl Store {
    /// Takes an address as verified. Returns whose it is.
    pub async fn verify_email(&self, token: &SecretString) -> Result<String, AccountError> {
        let mut transaction = self.begin().await?;
        let Holder { user_id, email, .. } = take_mail_token(&mut transaction, token, Purpose::Verify).await?;
        sqlx::query("update users set verified_at = now() where id = $1 and verified_at is null")
            .bind(user_id)
            .execute(&mut *transaction)
            .await?;
        record_for_user(&mut transaction, user_id, "user.verified").await?;
        transaction.commit().await?;
        Ok(email)
    }

    /// Sends the link that verifies an address once more; nothing if it is verified, or was sent within the
    /// last minute.
    pub async fn resend_verification(&self, user_id: Uuid) -> Result<(), StoreError> {
        self.send_link(
            Purpose::Verify,
            "select id, email from users where id = $1 and verified_at is null for no key update",
            user_id,
        )
        .await
    }

    /// Sends a link that sets a new password, if the address has an account and was sent none within the
    /// last minute. Nothing of that shows in the result.
    pub async fn request_reset(&self, email: &str) -> Result<(), StoreError> {
        self.send_link(
            Purpose::Reset,
            "select id, email from users where lower(email) = lower($1) for no key update",
            email.trim(),
        )
        .await
    }

    /// `find` holds the person: of two requests at once, one sees the other's link.
    async fn send_link<'a, T>(&self, purpose: Purpose, find: &'static str, by: T) -> Result<(), StoreError>
    where
        T: sqlx::Encode<'a, sqlx::Postgres> + sqlx::Type<sqlx::Postgres> + 'a,
    {
        let mut transaction = self.begin().await?;
        let found: Option<(Uuid, String)> =
            sqlx::query_as(find).bind(by).fetch_optional(&mut *transaction).await?;
        let Some((user_id, email)) = found else { return Ok(()) };
        let is_recent: bool = sqlx::query_scalar(
            "select exists (select from mail_tokens where user_id = $1 and purpose = $2
                 and created_at > now() - interval '1 minute')",
        )
        .bind(user_id)
        .bind(purpose.as_str())
        .fetch_one(&mut *transaction)
        .await?;
        if is_recent {
            return Ok(());
        }
        let token = insert_mail_token(&mut transaction, user_id, purpose).await?;
        let letter = match purpose {
            Purpose::Verify => Letter::VerifyEmail { token },
            Purpose::Reset => Letter::ResetPassword { token },
        };
        self.enqueue(&mut transaction, &email, &letter).await?;
        Ok(transaction.commit().await?)
    }

    /// The address whose password a link sets. To be asked before anything is hashed for who may hold none.
    pub async fn find_reset(&self, token: &SecretString) -> Result<String, AccountError> {
        let email: Option<String> = sqlx::query_scalar(
            "select u.email from mail_tokens t join users u on u.id = t.user_id
             where t.token_hash = $1 and t.purpose = $2 and t.expires_at > now()",
        )
        .bind(bearer_hash(token.expose_secret()))
        .bind(Purpose::Reset.as_str())
        .fetch_optional(&self.pool)
        .await?;
        email.ok_or(AccountError::LinkExpired)
    }

    /// Sets a new password for who holds the link, and ends all their sessions. Who could read the mail owns
    /// the address: it is verified too. A second factor from before that was a stranger's, and goes.
    pub async fn reset_password(&self, token: &SecretString, new: SecretString) -> Result<(), AccountError> {
        let hash = self.hash_password(new).await?;
        let mut transaction = self.begin().await?;
        let Holder { user_id, email, was_verified } =
            take_mail_token(&mut transaction, token, Purpose::Reset).await?;
        if !was_verified {
            self.drop_factor(&mut transaction, user_id).await?;
        }
        sqlx::query(
            "update users set password_hash = $2, verified_at = coalesce(verified_at, now()) where id = $1",
        )
        .bind(user_id)
        .bind(hash)
        .execute(&mut *transaction)
        .await?;
        end_sessions(&mut transaction, user_id, None).await?;
        record_for_user(&mut transaction, user_id, "user.password_reset").await?;
        self.enqueue(&mut transaction, &email, &Letter::PasswordChanged).await?;
        Ok(transaction.commit().await?)
    }
}

/// A new link; those before it open nothing any more.
pub(crate) async fn insert_mail_token(
    connection: &mut PgConnection,
    user_id: Uuid,
    purpose: Purpose,
) -> Result<String, StoreError> {
    sqlx::query("delete from mail_tokens where user_id = $1 and purpose = $2")
        .bind(user_id)
        .bind(purpose.as_str())
        .execute(&mut *connection)
        .await?;
    let token = random_bearer();
    sqlx::query(
        "insert into mail_tokens (token_hash, user_id, purpose, expires_at)
         values ($1, $2, $3, now() + make_interval(mins => $4))",
    )
    .bind(bearer_hash(&token))
    .bind(user_id)
    .bind(purpose.as_str())
    .bind(purpose.minutes())
    .execute(connection)
    .await?;
    Ok(token)
}

/// Who holds a link.
#[derive(FromRow)]
struct Holder {
    user_id: Uuid,
    email: String,
    was_verified: bool,
}

/// Whose link it is; it is used up, and from here on it is they who act. The person is held before the link, as
/// by whoever sends another one.
async fn take_mail_token(
    connection: &mut PgConnection,
    token: &SecretString,
    purpose: Purpose,
) -> Result<Holder, AccountError> {
    let hash = bearer_hash(token.expose_secret());
    let holder: Option<Holder> = sqlx::query_as(
        "select u.id as user_id, u.email, u.verified_at is not null as was_verified
         from mail_tokens t join users u on u.id = t.user_id
         where t.token_hash = $1 and t.purpose = $2 and t.expires_at > now() for no key update of u",
    )
    .bind(&hash)
    .bind(purpose.as_str())
    .fetch_optional(&mut *connection)
    .await?;
    let holder = holder.ok_or(AccountError::LinkExpired)?;
    let taken = sqlx::query("delete from mail_tokens where token_hash = $1")
        .bind(hash)
        .execute(&mut *connection)
        .await?;
    if taken.rows_affected() == 0 {
        return Err(AccountError::LinkExpired);
    }
    introduce_user(connection, holder.user_id, &holder.email).await?;
    Ok(holder)
}
