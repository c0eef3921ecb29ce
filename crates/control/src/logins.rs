//! From an address and a password to a session.

use secrecy::SecretString;
use sqlx::{PgConnection, prelude::FromRow};
use uuid::Uuid;

use crate::{
    Account, AccountError, SessionToken, Store, StoreError,
    accounts::check_length,
    actor::introduce_user,
    audit::record_for_user,
    factors::{Challenge, ask_for_factor},
    sessions::Proof,
};

/// How far a right password gets.
#[derive(Debug)]
pub enum LoggedIn {
    /// All the way.
    Session(Account, SessionToken),
    /// To the question for the second factor, answered with
    /// [`answer_challenge`](Store::answer_challenge).
    SecondFactor(Challenge),
}

/// Whose password it is, or is to be seen to be.
#[derive(FromRow)]
pub(crate) struct Known {
    user_id: Uuid,
    pub(crate) email: String,
    pub(crate) hash: String,
    is_verified: bool,
}

impl Store {
    /// Opens a new session, or asks for the second factor. Takes the same time whether the address has an
    /// account or not.
    pub async fn log_in(&self, email: &str, password: SecretString) -> Result<LoggedIn, AccountError> {
        let known = self.know(email, password).await?;
        self.admit(known).await
    }

    /// The same where mails are sent: nobody's address opens anything before they have shown that it is theirs.
    /// Until then they are refused as for a wrong password, and sent the link again, at most once a minute.
    pub async fn log_in_verified(
        &self,
        email: &str,
        password: SecretString,
    ) -> Result<LoggedIn, AccountError> {
        let known = self.know(email, password).await?;
        if !known.is_verified {
            self.resend_verification(known.user_id).await?;
            return Err(AccountError::WrongCredentials);
        }
        self.admit(known).await
    }

    /// Whose address and password these are.
    async fn know(&self, email: &str, password: SecretString) -> Result<Known, AccountError> {
        let password = check_length(password)?;
        let found = sqlx::query_as(
            "select id as user_id, email, password_hash as hash, verified_at is not null as is_verified
             from users where lower(email) = lower($1)",
        )
        .bind(email.trim())
        .fetch_optional(&self.pool)
        .await?;
        self.verify_password(found, password).await?.ok_or(AccountError::WrongCredentials)
    }

    /// The person, if the password is theirs.
    pub(crate) async fn verify_password(
        &self,
        found: Option<Known>,
        password: SecretString,
    ) -> Result<Option<Known>, AccountError> {
        let hash = found.as_ref().map(|known| known.hash.clone());
        let is_right = self.passwords.verify(password, hash).await?;
        Ok(found.filter(|_| is_right))
    }

    /// Has who is known come in, or asks for their factor: unless the password has ceased to be theirs while it
    /// was verified.
    async fn admit(&self, known: Known) -> Result<LoggedIn, AccountError> {
        let mut transaction = self.begin().await?;
        let Known { user_id, email, hash, .. } = known;
        if !hold_password(&mut transaction, user_id, &hash).await? {
            return Err(AccountError::WrongCredentials);
        }
        let has_factor: bool = sqlx::query_scalar(
            "select exists (select from second_factors where user_id = $1 and confirmed_at is not null)",
        )
        .bind(user_id)
        .fetch_one(&mut *transaction)
        .await?;
        let logged_in = if has_factor {
            LoggedIn::SecondFactor(ask_for_factor(&mut transaction, user_id).await?)
        } else {
            let (account, token) = self.open_session(&mut transaction, user_id, Proof::Password).await?;
            introduce_user(&mut transaction, user_id, &email).await?;
            record_for_user(&mut transaction, user_id, "user.logged_in").await?;
            LoggedIn::Session(account, token)
        };
        transaction.commit().await?;
        Ok(logged_in)
    }
}

/// Whether a password that made this hash is still the person's; it is until the transaction ends, then.
pub(crate) async fn hold_password(
    connection: &mut PgConnection,
    user_id: Uuid,
    hash: &str,
) -> Result<bool, StoreError> {
    let held = sqlx::query("select from users where id = $1 and password_hash = $2 for share")
        .bind(user_id)
        .bind(hash)
        .fetch_optional(connection)
        .await?;
    Ok(held.is_some())
}
