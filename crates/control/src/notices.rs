//! Word to the people of an organisation of what happened to it while nobody looked.

use campanile_protocol::TenantId;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{Letter, MemberError, Role, Store, StoreError};

/// Whom something concerns.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Audience {
    /// Who can mend what an app is made of.
    Makers,
    /// Who answers for what is used.
    Payers,
}

/// Notices to one organisation within a UTC day, whatever they are about. The dashboard shows the rest.
const A_DAY: i32 = 50;

impl Audience {
    fn roles(self) -> [&'static str; 3] {
        let third = match self {
            Self::Makers => Role::Developer,
            Self::Payers => Role::Billing,
        };
        [Role::Owner, Role::Admin, third].map(Role::as_str)
    }
}

impl Store {
    /// Puts a letter to each member whom it concerns, who wants notices and whose address is verified, among
    /// those to be sent: in the transaction of what it is about, so that it is sent if and only if that
    /// happened. Nothing when the organisation was told enough today.
    pub(crate) async fn notify(
        &self,
        connection: &mut PgConnection,
        tenant: TenantId,
        audience: Audience,
        letter: &Letter,
    ) -> Result<(), StoreError> {
        let recipients: Vec<String> = sqlx::query_scalar(
            "select u.email from memberships m join users u on u.id = m.user_id
             where m.tenant_id = $1 and m.role = any($2) and m.notices_by_mail and u.verified_at is not null
             order by u.email",
        )
        .bind(tenant.0)
        .bind(audience.roles())
        .fetch_all(&mut *connection)
        .await?;
        if recipients.is_empty() || !count_notice(connection, tenant).await? {
            return Ok(());
        }
        self.enqueue_all(connection, &recipients, letter).await
    }

    /// Whether a member gets notices by mail.
    pub async fn wants_notices(&self, tenant: TenantId, user_id: Uuid) -> Result<bool, MemberError> {
        let wants: Option<bool> = sqlx::query_scalar(
            "select notices_by_mail from memberships where tenant_id = $1 and user_id = $2",
        )
        .bind(tenant.0)
        .bind(user_id)
        .fetch_optional(&self.pool)
        .await?;
        wants.ok_or(MemberError::NotFound)
    }

    /// Has a member get notices by mail, or none.
    pub async fn want_notices(
        &self,
        tenant: TenantId,
        user_id: Uuid,
        by_mail: bool,
    ) -> Result<(), MemberError> {
        let mut transaction = self.begin().await?;
        let done =
            sqlx::query("update memberships set notices_by_mail = $3 where tenant_id = $1 and user_id = $2")
                .bind(tenant.0)
                .bind(user_id)
                .bind(by_mail)
                .execute(&mut *transaction)
                .await?;
        transaction.commit().await?;
        if done.rows_affected() > 0 { Ok(()) } else { Err(MemberError::NotFound) }
    }
}

/// Whether the organisation may be told one more today.
async fn count_notice(connection: &mut PgConnection, tenant: TenantId) -> Result<bool, StoreError> {
    let told: i32 = sqlx::query_scalar(
        "insert into notice_counts as c (tenant_id, day, told)
         values ($1, (now() at time zone 'UTC')::date, 1)
         on conflict (tenant_id, day) do update set told = c.told + 1 returning told",
    )
    .bind(tenant.0)
    .fetch_one(connection)
    .await?;
    if told == A_DAY + 1 {
        tracing::warn!(tenant.id = %tenant.0, "no more notices are mailed today");
    }
    Ok(told <= A_DAY)
}
