use std::fmt;

use campanile_protocol::TenantId;
use secrecy::{ExposeSecret, SecretString};
use sqlx::{PgConnection, prelude::FromRow};
use thiserror::Error;
use uuid::Uuid;

use crate::{
    Letter, Role, SessionToken, Store, StoreError,
    actor::introduce_user,
    mail_tokens::{Purpose, insert_mail_token},
    members::insert_member,
    passwords::{Busy, MAX_PASSWORD_BYTES},
    sessions::{Proof, find_account},
    unasked::{Unasked, count_unasked},
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

/// A person who may use the dashboard, and where they act now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The person.
    pub user_id: Uuid,
    /// Their address as they wrote it at sign-up.
    pub email: String,
    /// Whether they have shown that the address is theirs.
    pub is_verified: bool,
    /// Whether logging in takes a second factor.
    pub has_second_factor: bool,
    /// Whether they look after the installation itself.
    pub is_operator: bool,
    /// Whether they are one by more than a password: their second factor is older than the grant, and it opened
    /// this session. Who has stolen the password could set up a factor of their own.
    pub is_proven_operator: bool,
    /// The organisation they act for: the scope of every query on their behalf. `None` while they belong to
    /// none.
    pub acting: Option<Acting>,
}

/// What a person is in the organisation that they act for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acting {
    /// The organisation.
    pub tenant_id: TenantId,
    /// Its name.
    pub tenant_name: String,
    /// Their role there, as it is now.
    pub role: Role,
    /// Why its apps take nothing now, if an operator has suspended it.
    pub suspension_reason: Option<String>,
}

/// Why nobody is logged in, or an account not changed.
#[derive(Debug, Error)]
pub enum AccountError {
    /// The address has an account already.
    #[error("an account with this e-mail address exists")]
    EmailTaken,
    /// No such account, or not its password; deliberately not told apart.
    #[error("the e-mail address or the password is wrong")]
    WrongCredentials,
    /// Not the person's password.
    #[error("the password is wrong")]
    WrongPassword,
    /// Longer than 1,024 bytes.
    #[error("a password is at most {MAX_PASSWORD_BYTES} bytes long")]
    LongPassword,
    /// Not the second factor's code, or taken before.
    #[error("the code is wrong or was used")]
    WrongCode,
    /// The challenge has ended: log in again.
    #[error("this login has expired")]
    ChallengeExpired,
    /// Too many wrong codes in the last hour.
    #[error("too many wrong codes")]
    TooManyCodes,
    /// There is a second factor already, or none.
    #[error("the second factor is not in that state")]
    FactorState,
    /// The link was used, is too old, or never was.
    #[error("the link is no longer valid")]
    LinkExpired,
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
    is_verified: bool,
    has_second_factor: bool,
    is_operator: bool,
    is_proven_operator: bool,
    tenant_id: Option<Uuid>,
    tenant_name: Option<String>,
    suspension_reason: Option<String>,
    role: Option<String>,
}

impl AccountRow {
    pub(crate) fn into_account(self) -> Result<Account, StoreError> {
        let acting = match (self.tenant_id, self.tenant_name, self.role) {
            (Some(tenant_id), Some(tenant_name), Some(role)) => Some(Acting {
                tenant_id: TenantId(tenant_id),
                tenant_name,
                role: stored_role(&role)?,
                suspension_reason: self.suspension_reason,
            }),
            _ => None,
        };
        Ok(Account {
            user_id: self.user_id,
            email: self.email,
            is_verified: self.is_verified,
            has_second_factor: self.has_second_factor,
            is_operator: self.is_operator,
            is_proven_operator: self.is_proven_operator,
            acting,
        })
    }
}

pub(crate) fn stored_role(text: &str) -> Result<Role, StoreError> {
    text.parse().map_err(|_| StoreError::Corrupt("a role"))
}

impl Store {
    /// Makes an organisation with its owner, and logs them in: all of it or nothing. They are sent a link
    /// that verifies their address.
    pub async fn sign_up(&self, new: NewAccount) -> Result<(Account, SessionToken), AccountError> {
        // Hashed before the address is looked at: a taken one takes as long to refuse.
        let hash = self.hash_password(new.password).await?;
        let mut transaction = self.begin().await?;
        let user_id = self.insert_owner(&mut transaction, &new.email, hash, &new.organisation).await?;
        let user_id = user_id.ok_or(AccountError::EmailTaken)?;
        let signed_up = self.open_session(&mut transaction, user_id, Proof::Password).await?;
        transaction.commit().await?;
        Ok(signed_up)
    }

    /// The same where mails are sent: nobody is logged in, and nobody but the address's owner is told
    /// whether it had an account. They are sent a link, or, once an hour, word that someone tried.
    pub async fn sign_up_quietly(&self, new: NewAccount) -> Result<(), AccountError> {
        let hash = self.hash_password(new.password).await?;
        let mut transaction = self.begin().await?;
        let made = self.insert_owner(&mut transaction, &new.email, hash, &new.organisation).await?;
        let email = new.email.trim();
        if made.is_none() && count_unasked(&mut transaction, email, Unasked::AccountExists).await? {
            self.enqueue(&mut transaction, email, &Letter::AccountExists).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// `None` if the address has an account.
    async fn insert_owner(
        &self,
        connection: &mut PgConnection,
        email: &str,
        password_hash: String,
        organisation: &str,
    ) -> Result<Option<Uuid>, AccountError> {
        let email = email.trim();
        let Some(user_id) = insert_user(connection, email, password_hash, false).await? else {
            return Ok(None);
        };
        introduce_user(connection, user_id, email).await?;
        let tenant_id = self.insert_tenant(connection, organisation).await?;
        insert_member(connection, tenant_id, user_id, Role::Owner).await?;
        let token = insert_mail_token(connection, user_id, Purpose::Verify).await?;
        self.enqueue(connection, email, &Letter::VerifyEmail { token }).await?;
        Ok(Some(user_id))
    }

    /// A session that acts for the organisation the person has belonged to for longest.
    pub(crate) async fn open_session(
        &self,
        connection: &mut PgConnection,
        user_id: Uuid,
        proof: Proof,
    ) -> Result<(Account, SessionToken), StoreError> {
        // Held, so that it cannot end before the session that refers to it is there.
        let tenant: Option<Uuid> = sqlx::query_scalar(
            "select tenant_id from memberships where user_id = $1 order by created_at limit 1 for key share",
        )
        .bind(user_id)
        .fetch_optional(&mut *connection)
        .await?;
        let token = SessionToken::insert(connection, user_id, tenant.map(TenantId), proof).await?;
        let account = find_account(connection, token.expose(), false).await?;
        let account = account.ok_or(StoreError::Corrupt("a session"))?;
        Ok((account, token))
    }

    pub(crate) async fn hash_password(&self, password: SecretString) -> Result<String, AccountError> {
        Ok(self.passwords.hash(check_length(password)?).await?)
    }
}

/// `None` if the address has an account.
pub(crate) async fn insert_user(
    connection: &mut PgConnection,
    email: &str,
    password_hash: String,
    is_verified: bool,
) -> Result<Option<Uuid>, StoreError> {
    let user_id = Uuid::now_v7();
    let inserted = sqlx::query(
        "insert into users (id, email, password_hash, verified_at)
         values ($1, $2, $3, case when $4 then now() end) on conflict do nothing",
    )
    .bind(user_id)
    .bind(email)
    .bind(password_hash)
    .bind(is_verified)
    .execute(connection)
    .await?;
    Ok((inserted.rows_affected() > 0).then_some(user_id))
}

pub(crate) fn check_length(password: SecretString) -> Result<SecretString, AccountError> {
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
