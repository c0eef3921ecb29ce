use campanile_protocol::TenantId;
use sqlx::{PgConnection, prelude::FromRow};
use thiserror::Error;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    Acting, Full, Role, Store, StoreError, accounts::stored_role, bearer::bearer_hash, tenants::lock_tenant,
};

/// A person of an organisation.
#[derive(Clone, Debug)]
pub struct Member {
    /// Who.
    pub user_id: Uuid,
    /// Their address.
    pub email: String,
    /// What they are there.
    pub role: Role,
    /// Since when.
    pub joined_at: OffsetDateTime,
    /// Whether logging in takes them a second factor.
    pub has_second_factor: bool,
}

/// Why a member is not as asked.
#[derive(Debug, Error)]
pub enum MemberError {
    /// No such member, organisation or invitation.
    #[error("there is no such member, organisation or invitation")]
    NotFound,
    /// Someone in this role may not do this to someone in that role.
    #[error("an {0} is above you")]
    AboveYou(Role),
    /// An organisation without an owner could never have one again.
    #[error("an organisation needs an owner")]
    LastOwner,
    /// The address belongs to it already.
    #[error("this address belongs to a member")]
    Member,
    /// The invitation was used or revoked, is too old, or never was.
    #[error("the invitation is no longer valid")]
    InvitationExpired,
    /// The invitation is for another address.
    #[error("the invitation is for another address")]
    AnothersInvitation,
    /// The invited address has an account: its owner must log in.
    #[error("the address has an account")]
    HasAccount,
    /// They own an organisation that is suspended: another would undo that.
    #[error("an organisation of theirs is suspended")]
    Suspended,
    /// The address has been invited often enough within an hour, by whomever.
    #[error("the address was invited too often")]
    TooOften,
    /// The password is longer than 1,024 bytes, or too many are being hashed.
    #[error(transparent)]
    Account(#[from] crate::AccountError),
    /// There are as many as there may be.
    #[error(transparent)]
    Full(#[from] Full),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for MemberError {
    fn from(error: sqlx::Error) -> Self {
        // What it refers to has ended meanwhile.
        let is_orphan =
            error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_foreign_key_violation);
        if is_orphan { Self::NotFound } else { Self::Store(error.into()) }
    }
}

#[derive(FromRow)]
struct MemberRow {
    user_id: Uuid,
    email: String,
    role: String,
    joined_at: OffsetDateTime,
    has_second_factor: bool,
}

impl Store {
    /// The organisation's people, oldest first.
    pub async fn list_members(&self, tenant: TenantId) -> Result<Vec<Member>, StoreError> {
        let rows: Vec<MemberRow> = sqlx::query_as(
            "select u.id as user_id, u.email, m.role, m.created_at as joined_at,
                 exists (select from second_factors f where f.user_id = u.id and f.confirmed_at is not null)
                     as has_second_factor
             from memberships m join users u on u.id = m.user_id
             where m.tenant_id = $1 order by m.created_at, u.id",
        )
        .bind(tenant.0)
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter().map(MemberRow::into_member).collect()
    }

    /// Gives a member another role, on behalf of someone in role `by`. In force with their next request; what
    /// they have invited to and could not now is taken back.
    pub async fn change_role(
        &self,
        tenant: TenantId,
        by: Role,
        user_id: Uuid,
        role: Role,
    ) -> Result<(), MemberError> {
        let mut transaction = self.begin().await?;
        let present = lock_member(&mut transaction, tenant, user_id).await?;
        check_above(by, present)?;
        check_above(by, role)?;
        if present == Role::Owner && role != Role::Owner {
            keep_an_owner(&mut transaction, tenant).await?;
        }
        sqlx::query("update memberships set role = $3 where tenant_id = $1 and user_id = $2")
            .bind(tenant.0)
            .bind(user_id)
            .bind(role.as_str())
            .execute(&mut *transaction)
            .await?;
        revoke_invitations(&mut transaction, tenant, user_id, Some(role)).await?;
        Ok(transaction.commit().await?)
    }

    /// Ends a membership, on behalf of someone in role `by`: the person's sessions act elsewhere or for
    /// nobody from now on, and the tokens and invitations that they made here are gone.
    pub async fn remove_member(&self, tenant: TenantId, by: Role, user_id: Uuid) -> Result<(), MemberError> {
        let mut transaction = self.begin().await?;
        let present = lock_member(&mut transaction, tenant, user_id).await?;
        check_above(by, present)?;
        delete_member(&mut transaction, tenant, user_id, present).await?;
        Ok(transaction.commit().await?)
    }

    /// The same of one's own accord.
    pub async fn leave_tenant(&self, tenant: TenantId, user_id: Uuid) -> Result<(), MemberError> {
        let mut transaction = self.begin().await?;
        let present = lock_member(&mut transaction, tenant, user_id).await?;
        delete_member(&mut transaction, tenant, user_id, present).await?;
        Ok(transaction.commit().await?)
    }

    /// The organisations a person belongs to, for longest first.
    pub async fn list_memberships(&self, user_id: Uuid) -> Result<Vec<Acting>, StoreError> {
        let rows: Vec<(Uuid, String, String, Option<String>)> = sqlx::query_as(
            "select t.id, t.name, m.role, t.suspension_reason from memberships m join tenants t on t.id = m.tenant_id
             where m.user_id = $1 order by m.created_at, t.id",
        )
        .bind(user_id)
        .fetch_all(&self.pool)
        .await?;
        let acting = |(id, tenant_name, role, suspension_reason): (Uuid, String, String, Option<String>)| {
            Ok(Acting { tenant_id: TenantId(id), tenant_name, role: stored_role(&role)?, suspension_reason })
        };
        rows.into_iter().map(acting).collect()
    }

    /// Has a session act for another organisation of its person.
    pub async fn switch_tenant(&self, session: &str, tenant: TenantId) -> Result<(), MemberError> {
        let done = sqlx::query(
            "update sessions s set tenant_id = $2 where token_hash = $1 and exists (
                 select from memberships m where m.tenant_id = $2 and m.user_id = s.user_id)",
        )
        .bind(bearer_hash(session))
        .bind(tenant.0)
        .execute(&self.pool)
        .await?;
        if done.rows_affected() > 0 { Ok(()) } else { Err(MemberError::NotFound) }
    }
}

impl MemberRow {
    fn into_member(self) -> Result<Member, StoreError> {
        Ok(Member {
            user_id: self.user_id,
            email: self.email,
            role: stored_role(&self.role)?,
            joined_at: self.joined_at,
            has_second_factor: self.has_second_factor,
        })
    }
}

/// Makes a person a member; if they are one already, nothing.
pub(crate) async fn insert_member(
    connection: &mut PgConnection,
    tenant: TenantId,
    user_id: Uuid,
    role: Role,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "insert into memberships (tenant_id, user_id, role) values ($1, $2, $3) on conflict do nothing",
    )
    .bind(tenant.0)
    .bind(user_id)
    .bind(role.as_str())
    .execute(connection)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Has sessions that act for the organisation act for another one of their person, or for none. All of
/// them, or one person's.
pub(crate) async fn move_sessions(
    connection: &mut PgConnection,
    tenant: TenantId,
    user_id: Option<Uuid>,
) -> Result<(), StoreError> {
    sqlx::query(
        "update sessions s set tenant_id = (
             select m.tenant_id from memberships m where m.user_id = s.user_id and m.tenant_id <> $1
             order by m.created_at limit 1)
         where s.tenant_id = $1 and ($2::uuid is null or s.user_id = $2)",
    )
    .bind(tenant.0)
    .bind(user_id)
    .execute(connection)
    .await?;
    Ok(())
}

/// The member's role. Whoever changes roles of one organisation does so one after the other: two owners who
/// leave at once must not both find the other.
async fn lock_member(
    connection: &mut PgConnection,
    tenant: TenantId,
    user_id: Uuid,
) -> Result<Role, MemberError> {
    lock_tenant(connection, tenant).await?;
    let role: Option<String> =
        sqlx::query_scalar("select role from memberships where tenant_id = $1 and user_id = $2")
            .bind(tenant.0)
            .bind(user_id)
            .fetch_optional(connection)
            .await?;
    Ok(stored_role(&role.ok_or(MemberError::NotFound)?)?)
}

async fn delete_member(
    connection: &mut PgConnection,
    tenant: TenantId,
    user_id: Uuid,
    role: Role,
) -> Result<(), MemberError> {
    if role == Role::Owner {
        keep_an_owner(connection, tenant).await?;
    }
    move_sessions(connection, tenant, Some(user_id)).await?;
    revoke_invitations(connection, tenant, user_id, None).await?;
    sqlx::query("delete from memberships where tenant_id = $1 and user_id = $2")
        .bind(tenant.0)
        .bind(user_id)
        .execute(connection)
        .await?;
    Ok(())
}

/// Takes back what a person has invited to and may not any more: all of it, or all that one in role `still` may
/// not give.
async fn revoke_invitations(
    connection: &mut PgConnection,
    tenant: TenantId,
    user_id: Uuid,
    still: Option<Role>,
) -> Result<(), StoreError> {
    let lost = Role::ALL.into_iter().filter(|role| !still.is_some_and(|still| still.may_assign(*role)));
    let lost: Vec<&str> = lost.map(Role::as_str).collect();
    sqlx::query("delete from invitations where tenant_id = $1 and invited_by = $2 and role = any($3)")
        .bind(tenant.0)
        .bind(user_id)
        .bind(lost)
        .execute(connection)
        .await?;
    Ok(())
}

/// Fails when one owner less would be none.
async fn keep_an_owner(connection: &mut PgConnection, tenant: TenantId) -> Result<(), MemberError> {
    let owners: i64 =
        sqlx::query_scalar("select count(*) from memberships where tenant_id = $1 and role = 'owner'")
            .bind(tenant.0)
            .fetch_one(connection)
            .await?;
    if owners > 1 { Ok(()) } else { Err(MemberError::LastOwner) }
}

pub(crate) fn check_above(by: Role, role: Role) -> Result<(), MemberError> {
    if by.may_assign(role) { Ok(()) } else { Err(MemberError::AboveYou(role)) }
}
