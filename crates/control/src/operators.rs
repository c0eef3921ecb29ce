//! Operators: the people who look after the installation itself, beside and above its organisations. Only the
//! command line makes one. Who acts as an operator ([`Who::Operator`](crate::Who)) is recorded in a log of
//! their own, and where it concerns an organisation, in that one's too.

mod log;
mod queues;
mod tenants;
mod terms;

use sqlx::prelude::FromRow;
use thiserror::Error;
use time::OffsetDateTime;
use uuid::Uuid;

pub use self::{
    log::OperatorEntry,
    queues::{MailQueue, TenantLanes, WaitingMail},
    tenants::{Suspension, TenantAccount, TenantSearch},
    terms::{TermsChange, TermsError},
};
use crate::{Store, StoreError};

/// Someone who looks after the installation.
#[derive(Clone, Debug, FromRow)]
pub struct Operator {
    /// The person.
    pub user_id: Uuid,
    /// Their address.
    pub email: String,
    /// Whether they have shown that the address is theirs.
    pub is_verified: bool,
    /// Whether logging in takes a second factor.
    pub has_second_factor: bool,
    /// Since when.
    pub created_at: OffsetDateTime,
}

/// Why someone is no operator.
#[derive(Debug, Error)]
pub enum GrantError {
    /// The address has no account.
    #[error("there is no account with this address")]
    NoAccount,
    /// They would be one by a password alone.
    #[error("the account has no second factor")]
    NoFactor,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for GrantError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// All, or the one with the address `$1`.
const OPERATORS: &str = "
    select u.id as user_id, u.email, u.verified_at is not null as is_verified, o.created_at,
        exists (select from second_factors f where f.user_id = u.id and f.confirmed_at is not null)
            as has_second_factor
    from operators o join users u on u.id = o.user_id
    where $1::text is null or lower(u.email) = lower($1)
    order by o.created_at, u.id";

impl Store {
    /// Makes the person with this address an operator. Again changes nothing, unless they have a newer second
    /// factor than when they became one: it is for that one then.
    pub async fn grant_operator(&self, email: &str, needs_factor: bool) -> Result<Operator, GrantError> {
        let mut transaction = self.begin().await?;
        sqlx::query(
            "insert into operators (user_id) select id from users where lower(email) = lower($1)
             on conflict (user_id) do update set created_at = now() where exists (
                 select from second_factors f
                 where f.user_id = operators.user_id and f.confirmed_at > operators.created_at)",
        )
        .bind(email.trim())
        .execute(&mut *transaction)
        .await?;
        let operator: Option<Operator> =
            sqlx::query_as(OPERATORS).bind(email.trim()).fetch_optional(&mut *transaction).await?;
        let operator = operator.ok_or(GrantError::NoAccount)?;
        if needs_factor && !operator.has_second_factor {
            return Err(GrantError::NoFactor);
        }
        transaction.commit().await?;
        Ok(operator)
    }

    /// Takes it back, in force with their next request. Whether they were one.
    pub async fn revoke_operator(&self, email: &str) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        let done = sqlx::query(
            "delete from operators o using users u where u.id = o.user_id and lower(u.email) = lower($1)",
        )
        .bind(email.trim())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(done.rows_affected() > 0)
    }

    /// All of them, for longest first.
    pub async fn list_operators(&self) -> Result<Vec<Operator>, StoreError> {
        Ok(sqlx::query_as(OPERATORS).bind(None::<&str>).fetch_all(&self.pool).await?)
    }
}
