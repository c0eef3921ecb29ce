use campanile_protocol::TenantId;
use secrecy::{ExposeSecret, SecretString};
use sqlx::{PgConnection, prelude::FromRow};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    Account, Letter, MemberError, Role, SessionToken, Store, StoreError,
    accounts::{insert_user, stored_role},
    actor::{self, Who, introduce_user},
    audit::record_for_user,
    bearer::{bearer_hash, random_bearer},
    members::{check_above, insert_member},
    room::{INVITATIONS, MEMBERS},
    sessions::Proof,
    tenants::lock_tenant,
    unasked::{Unasked, count_unasked},
};

/// An invitation that was not accepted yet.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// Names it.
    pub id: Uuid,
    /// Who is invited.
    pub email: String,
    /// What as.
    pub role: Role,
    /// Who invited them, if that person still has an account.
    pub invited_by: Option<String>,
    /// When.
    pub created_at: OffsetDateTime,
    /// How long the link of the last mail is good.
    pub expires_at: OffsetDateTime,
}

/// What the holder of an invitation's link is told.
#[derive(Clone, Debug)]
pub struct Invited {
    /// Who is invited.
    pub email: String,
    /// What as.
    pub role: Role,
    /// The organisation's name.
    pub organisation: String,
    /// Whether the address has an account: then its owner logs in to accept, otherwise they choose a
    /// password.
    pub has_account: bool,
}

#[derive(FromRow)]
struct InvitationRow {
    id: Uuid,
    email: String,
    role: String,
    invited_by: Option<String>,
    created_at: OffsetDateTime,
    expires_at: OffsetDateTime,
}

#[derive(FromRow)]
struct InvitedRow {
    id: Uuid,
    tenant_id: Uuid,
    email: String,
    role: String,
    organisation: String,
    has_account: bool,
}

impl Store {
    /// Invites an address, on behalf of someone in role `by`; the link is mailed and is good for seven days.
    /// An earlier invitation of the address is replaced, unless it is to a role above `by`.
    pub async fn invite(
        &self,
        tenant: TenantId,
        by: Role,
        email: &str,
        role: Role,
    ) -> Result<Invitation, MemberError> {
        check_above(by, role)?;
        let mut transaction = self.begin().await?;
        lock_tenant(&mut transaction, tenant).await?;
        if is_member(&mut transaction, tenant, email).await? {
            return Err(MemberError::Member);
        }
        check_present(&mut transaction, tenant, by, email).await?;
        MEMBERS.check::<_, MemberError>(&mut transaction, tenant.0).await?;
        INVITATIONS.check::<_, MemberError>(&mut transaction, tenant.0).await?;
        let token = random_bearer();
        let id: Uuid = sqlx::query_scalar(
            "insert into invitations (id, tenant_id, email, role, token_hash, invited_by, expires_at)
             values ($1, $2, $3, $4, $5, $6, now() + interval '7 days')
             on conflict (tenant_id, lower(email)) do update set role = excluded.role,
                 token_hash = excluded.token_hash, invited_by = excluded.invited_by,
                 expires_at = excluded.expires_at
             returning id",
        )
        .bind(Uuid::now_v7())
        .bind(tenant.0)
        .bind(email.trim())
        .bind(role.as_str())
        .bind(bearer_hash(&token))
        .bind(inviter())
        .fetch_one(&mut *transaction)
        .await?;
        let invitation = self.mail_invitation(&mut transaction, tenant, id, token).await?;
        transaction.commit().await?;
        Ok(invitation)
    }

    /// Sends a new link, good for seven days again; the one before opens nothing any more.
    pub async fn resend_invitation(
        &self,
        tenant: TenantId,
        by: Role,
        id: Uuid,
    ) -> Result<Invitation, MemberError> {
        let mut transaction = self.begin().await?;
        check_invitation(&mut transaction, tenant, by, id).await?;
        let token = random_bearer();
        sqlx::query(
            "update invitations set token_hash = $3, expires_at = now() + interval '7 days'
             where tenant_id = $1 and id = $2",
        )
        .bind(tenant.0)
        .bind(id)
        .bind(bearer_hash(&token))
        .execute(&mut *transaction)
        .await?;
        let invitation = self.mail_invitation(&mut transaction, tenant, id, token).await?;
        transaction.commit().await?;
        Ok(invitation)
    }

    /// Takes an invitation back.
    pub async fn revoke_invitation(&self, tenant: TenantId, by: Role, id: Uuid) -> Result<(), MemberError> {
        let mut transaction = self.begin().await?;
        check_invitation(&mut transaction, tenant, by, id).await?;
        delete_invitation(&mut transaction, id).await?;
        Ok(transaction.commit().await?)
    }

    /// The organisation's invitations, newest first; expired ones too, until they are a month old.
    pub async fn list_invitations(&self, tenant: TenantId) -> Result<Vec<Invitation>, StoreError> {
        let rows: Vec<InvitationRow> = sqlx::query_as(
            "select i.id, i.email, i.role, u.email as invited_by, i.created_at, i.expires_at
             from invitations i left join users u on u.id = i.invited_by
             where i.tenant_id = $1 order by i.created_at desc, i.id",
        )
        .bind(tenant.0)
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter().map(InvitationRow::into_invitation).collect()
    }

    /// What a link invites to.
    pub async fn find_invitation(&self, token: &SecretString) -> Result<Invited, MemberError> {
        let row = find_invited(&mut *self.pool.acquire().await?, token).await?;
        Ok(Invited {
            role: stored_role(&row.role)?,
            email: row.email,
            organisation: row.organisation,
            has_account: row.has_account,
        })
    }

    /// Makes a person a member, if the invitation is for their address; their session acts for the
    /// organisation then. Who can read the mail owns the address: it is verified too.
    pub async fn accept_invitation(
        &self,
        token: &SecretString,
        account: &Account,
        session: &str,
    ) -> Result<TenantId, MemberError> {
        let mut transaction = self.begin().await?;
        let row = find_invited(&mut transaction, token).await?;
        if row.email.to_lowercase() != account.email.to_lowercase() {
            return Err(MemberError::AnothersInvitation);
        }
        let tenant = join(&mut transaction, &row, account.user_id).await?;
        let verified =
            sqlx::query("update users set verified_at = now() where id = $1 and verified_at is null")
                .bind(account.user_id)
                .execute(&mut *transaction)
                .await?;
        if verified.rows_affected() > 0 {
            record_for_user(&mut transaction, account.user_id, "user.verified").await?;
        }
        sqlx::query("update sessions set tenant_id = $2 where token_hash = $1 and user_id = $3")
            .bind(bearer_hash(session))
            .bind(tenant.0)
            .bind(account.user_id)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(tenant)
    }

    /// The same for who has no account yet: makes one with this password, and logs them in.
    pub async fn accept_as_new(
        &self,
        token: &SecretString,
        password: SecretString,
    ) -> Result<(Account, SessionToken), MemberError> {
        let hash = self.hash_password(password).await?;
        let mut transaction = self.begin().await?;
        let row = find_invited(&mut transaction, token).await?;
        let user_id = insert_user(&mut transaction, &row.email, hash, true).await?;
        let user_id = user_id.ok_or(MemberError::HasAccount)?;
        introduce_user(&mut transaction, user_id, &row.email).await?;
        join(&mut transaction, &row, user_id).await?;
        let opened = self.open_session(&mut transaction, user_id, Proof::Password).await?;
        transaction.commit().await?;
        Ok(opened)
    }

    async fn mail_invitation(
        &self,
        connection: &mut PgConnection,
        tenant: TenantId,
        id: Uuid,
        token: String,
    ) -> Result<Invitation, MemberError> {
        let row: InvitationRow = sqlx::query_as(
            "select i.id, i.email, i.role, u.email as invited_by, i.created_at, i.expires_at
             from invitations i left join users u on u.id = i.invited_by
             where i.tenant_id = $1 and i.id = $2",
        )
        .bind(tenant.0)
        .bind(id)
        .fetch_one(&mut *connection)
        .await?;
        let invitation = row.into_invitation()?;
        if !count_unasked(connection, &invitation.email, Unasked::Invitation).await? {
            return Err(MemberError::TooOften);
        }
        let organisation: String = sqlx::query_scalar("select name from tenants where id = $1")
            .bind(tenant.0)
            .fetch_one(&mut *connection)
            .await?;
        let inviter = invitation.invited_by.clone();
        let letter = Letter::Invitation { token, organisation, inviter, role: invitation.role };
        self.enqueue(connection, &invitation.email, &letter).await?;
        Ok(invitation)
    }
}

impl InvitationRow {
    fn into_invitation(self) -> Result<Invitation, StoreError> {
        Ok(Invitation {
            id: self.id,
            email: self.email,
            role: stored_role(&self.role)?,
            invited_by: self.invited_by,
            created_at: self.created_at,
            expires_at: self.expires_at,
        })
    }
}

/// The person who acts, if a person does.
fn inviter() -> Option<Uuid> {
    match actor::current().who {
        Who::User { id, .. } => Some(id),
        Who::Stranger | Who::Token { .. } | Who::Operator { .. } | Who::CommandLine => None,
    }
}

async fn is_member(connection: &mut PgConnection, tenant: TenantId, email: &str) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar(
        "select exists (select from memberships m join users u on u.id = m.user_id
             where m.tenant_id = $1 and lower(u.email) = lower($2))",
    )
    .bind(tenant.0)
    .bind(email.trim())
    .fetch_one(connection)
    .await?)
}

/// Fails unless there is such an invitation, to a role that one in role `by` may give.
async fn check_invitation(
    connection: &mut PgConnection,
    tenant: TenantId,
    by: Role,
    id: Uuid,
) -> Result<(), MemberError> {
    let role: Option<String> =
        sqlx::query_scalar("select role from invitations where tenant_id = $1 and id = $2 for update")
            .bind(tenant.0)
            .bind(id)
            .fetch_optional(connection)
            .await?;
    check_above(by, stored_role(&role.ok_or(MemberError::NotFound)?)?)
}

/// Fails if the address is invited to a role that one in role `by` may not take away.
async fn check_present(
    connection: &mut PgConnection,
    tenant: TenantId,
    by: Role,
    email: &str,
) -> Result<(), MemberError> {
    let role: Option<String> = sqlx::query_scalar(
        "select role from invitations where tenant_id = $1 and lower(email) = lower($2) and expires_at > now()
         for update",
    )
    .bind(tenant.0)
    .bind(email.trim())
    .fetch_optional(connection)
    .await?;
    role.map_or(Ok(()), |role| check_above(by, stored_role(&role)?))
}

/// The invitation, held until the transaction ends: it is accepted once.
async fn find_invited(
    connection: &mut PgConnection,
    token: &SecretString,
) -> Result<InvitedRow, MemberError> {
    let row: Option<InvitedRow> = sqlx::query_as(
        "select i.id, i.tenant_id, i.email, i.role, t.name as organisation,
             exists (select from users u where lower(u.email) = lower(i.email)) as has_account
         from invitations i join tenants t on t.id = i.tenant_id
         where i.token_hash = $1 and i.expires_at > now() for update of i",
    )
    .bind(bearer_hash(token.expose_secret()))
    .fetch_optional(connection)
    .await?;
    row.ok_or(MemberError::InvitationExpired)
}

async fn join(
    connection: &mut PgConnection,
    invited: &InvitedRow,
    user_id: Uuid,
) -> Result<TenantId, MemberError> {
    let tenant = TenantId(invited.tenant_id);
    delete_invitation(connection, invited.id).await?;
    if !insert_member(connection, tenant, user_id, stored_role(&invited.role)?).await? {
        return Err(MemberError::Member);
    }
    Ok(tenant)
}

async fn delete_invitation(connection: &mut PgConnection, id: Uuid) -> Result<(), StoreError> {
    sqlx::query("delete from invitations where id = $1").bind(id).execute(connection).await?;
    Ok(())
}
