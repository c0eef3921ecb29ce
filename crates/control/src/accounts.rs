use std::fmt;

use campanile_protocol::TenantId;
use secrecy::{ExposeSecret, SecretString};
use sqlx::prelude::FromRow;
use thiserror::Error;
use uuid::Uuid;

use crate::{
    SessionToken, Store, StoreError,
    passwords::{Busy, MAX_PASSWORD_BYTES},
};

/// Who signs up, and for which new organisation. Lengths and forms are the caller's to check.
pub struct NewAccount {
    /// The organisation's name, 1–80 characters.
    pub organisation: String,
    /// The owner's address, unique without regard to case.
    pub email: String,
    /// At most 1,024 bytes.
    pub password: SecretString,
}

/// A person who may use the dashboard, acting for one organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The person.
    pub user_id: Uuid,
    /// Their address as they wrote it at sign-up.
    pub email: String,
    /// The organisation they act for: the scope of every query on their behalf.
    pub tenant_id: TenantId,
    /// Its name.
    pub tenant_name: String,
}

/// Why nobody is logged in.
#[derive(Debug, Error)]
pub enum AccountError {
    /// The address has an account already.
    #[error("an account with this e-mail address exists")]
    EmailTaken,
    /// No such account, or not its password; deliberately not told apart.
    #[error("the e-mail address or the password is wrong")]
    WrongCredentials,
    /// Longer than 1,024 bytes.
    #[error("a password is at most {MAX_PASSWORD_BYTES} bytes long")]
    LongPassword,
    /// Too many people sign up or log in at this moment.
    #[error("too many logins at once")]
    Busy,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for AccountError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<Busy> for AccountError {
    fn from(_: Busy) -> Self {
        Self::Busy
    }
}

#[derive(FromRow)]
pub(crate) struct AccountRow {
    user_id: Uuid,
    email: String,
    tenant_id: Uuid,
    tenant_name: String,
}

impl AccountRow {
    pub(crate) fn into_account(self) -> Account {
        Account {
            user_id: self.user_id,
            email: self.email,
            tenant_id: TenantId(self.tenant_id),
            tenant_name: self.tenant_name,
        }
    }
}

#[derive(FromRow)]
struct LoginRow {
    password_hash: String,
    #[sqlx(flatten)]
    account: AccountRow,
}

impl Store {
    /// Makes an organisation with its owner, and logs them in: all of it or nothing.
    pub async fn sign_up(&self, new: NewAccount) -> Result<(Account, SessionToken), AccountError> {
        // Hashed before the address is looked at: a taken one takes as long to refuse.
        let hash = self.passwords.hash(check_length(new.password)?).await?;
        let mut transaction = self.pool.begin().await?;
        let user_id = Uuid::now_v7();
        let email = new.email.trim().to_owned();
        let inserted = sqlx::query(
            "insert into users (id, email, password_hash) values ($1, $2, $3) on conflict do nothing",
        )
        .bind(user_id)
        .bind(&email)
        .bind(hash)
        .execute(&mut *transaction)
        .await?;
        if inserted.rows_affected() == 0 {
            return Err(AccountError::EmailTaken);
        }
        let tenant_id = self.insert_tenant(&mut transaction, &new.organisation).await?;
        sqlx::query("insert into memberships (tenant_id, user_id, role) values ($1, $2, 'owner')")
            .bind(tenant_id.0)
            .bind(user_id)
            .execute(&mut *transaction)
            .await?;
        let account = Account { user_id, email, tenant_id, tenant_name: new.organisation };
        let token = SessionToken::insert(&mut transaction, &account).await?;
        transaction.commit().await?;
        Ok((account, token))
    }

    /// Opens a new session. Takes the same time whether the address has an account or not.
    pub async fn log_in(
        &self,
        email: &str,
        password: SecretString,
    ) -> Result<(Account, SessionToken), AccountError> {
        let password = check_length(password)?;
        let row: Option<LoginRow> = sqlx::query_as(
            "select u.password_hash, u.id as user_id, u.email, t.id as tenant_id, t.name as tenant_name
             from users u
             join memberships m on m.user_id = u.id
             join tenants t on t.id = m.tenant_id
             where lower(u.email) = lower($1)
             order by m.created_at limit 1",
        )
        .bind(email.trim())
        .fetch_optional(&self.pool)
        .await?;
        let (hash, account) = row.map(|row| (row.password_hash, row.account.into_account())).unzip();
        let is_right = self.passwords.verify(password, hash).await?;
        let account = account.filter(|_| is_right).ok_or(AccountError::WrongCredentials)?;
        let token = SessionToken::insert(&mut *self.pool.acquire().await?, &account).await?;
        Ok((account, token))
    }
}

fn check_length(password: SecretString) -> Result<SecretString, AccountError> {
    if password.expose_secret().len() > MAX_PASSWORD_BYTES {
        return Err(AccountError::LongPassword);
    }
    Ok(password)
}

impl fmt::Debug for NewAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewAccount").field("organisation", &self.organisation).finish_non_exhaustive()
    }
}
