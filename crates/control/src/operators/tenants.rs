use campanile_protocol::TenantId;
use sqlx::prelude::FromRow;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{MemberError, Store, StoreError};

/// An organisation as operators see it.
#[derive(Clone, Debug)]
pub struct TenantAccount {
    /// Its id.
    pub id: TenantId,
    /// Its name; two organisations may share one.
    pub name: String,
    /// When it signed up.
    pub created_at: OffsetDateTime,
    /// The name of its plan.
    pub plan: Option<String>,
    /// How many apps it has.
    pub apps: u64,
    /// Its owners' addresses, whom to write to.
    pub owners: Vec<String>,
    /// Whether, since when and why it is suspended.
    pub suspension: Option<Suspension>,
}

/// An organisation whose apps take nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspension {
    /// Since when.
    pub at: OffsetDateTime,
    /// Why, as its members read it.
    pub reason: String,
}

/// Which organisations to list.
#[derive(Clone, Debug, Default)]
pub struct TenantSearch {
    /// Part of the name or of a member's address, or the id; empty for all.
    pub text: String,
    /// Those alone, in no page; for what is known of them otherwise.
    pub only: Option<Vec<TenantId>>,
    /// Older than this one: the last of the page before.
    pub after: Option<TenantId>,
    /// At most this many.
    pub limit: u32,
}

#[derive(FromRow)]
struct AccountRow {
    id: Uuid,
    name: String,
    created_at: OffsetDateTime,
    plan: Option<String>,
    apps: i64,
    owners: Vec<String>,
    suspended_at: Option<OffsetDateTime>,
    suspension_reason: Option<String>,
}

impl Store {
    /// Organisations, the newest first.
    pub async fn search_tenants(&self, search: &TenantSearch) -> Result<Vec<TenantAccount>, StoreError> {
        let only = search.only.as_ref().map(|ids| ids.iter().map(|id| id.0).collect::<Vec<_>>());
        let rows: Vec<AccountRow> = sqlx::query_as(
            "select t.id, t.name, t.created_at, t.plan, t.suspended_at, t.suspension_reason,
                 (select count(*) from apps a where a.tenant_id = t.id) as apps,
                 array(select u.email from memberships m join users u on u.id = m.user_id
                       where m.tenant_id = t.id and m.role = 'owner' order by m.created_at) as owners
             from tenants t
             where ($1 = '' or strpos(lower(t.name), lower($1)) > 0 or t.id::text = lower($1) or exists (
                       select from memberships m join users u on u.id = m.user_id
                       where m.tenant_id = t.id and strpos(lower(u.email), lower($1)) > 0))
               and ($2::uuid[] is null or t.id = any($2))
               and ($3::uuid is null or t.id < $3)
             order by t.id desc limit $4",
        )
        .bind(search.text.trim())
        .bind(only)
        .bind(search.after.map(|id| id.0))
        .bind(i64::from(search.limit))
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(AccountRow::into_account).collect())
    }

    /// One organisation, as operators see it.
    pub async fn find_tenant_account(&self, tenant: TenantId) -> Result<Option<TenantAccount>, StoreError> {
        let search = TenantSearch { only: Some(vec![tenant]), limit: 1, ..TenantSearch::default() };
        Ok(self.search_tenants(&search).await?.pop())
    }

    /// Has an organisation's apps take nothing from now on: their connections are closed, new ones and requests
    /// are refused. Its people can still log in and look; what webhooks have yet to tell is told. Suspending
    /// one that is keeps the time, and changes the reason.
    pub async fn suspend_tenant(&self, tenant: TenantId, reason: &str) -> Result<(), MemberError> {
        self.set_suspension(tenant, Some(reason)).await
    }

    /// Ends a suspension, if there is one.
    pub async fn resume_tenant(&self, tenant: TenantId) -> Result<(), MemberError> {
        self.set_suspension(tenant, None).await
    }

    async fn set_suspension(&self, tenant: TenantId, reason: Option<&str>) -> Result<(), MemberError> {
        let mut transaction = self.begin().await?;
        let done = sqlx::query(
            "update tenants set suspension_reason = $2,
                 suspended_at = case when $2::text is not null then coalesce(suspended_at, now()) end
             where id = $1",
        )
        .bind(tenant.0)
        .bind(reason)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        if done.rows_affected() > 0 { Ok(()) } else { Err(MemberError::NotFound) }
    }
}

impl AccountRow {
    fn into_account(self) -> TenantAccount {
        let suspension = self.suspended_at.zip(self.suspension_reason);
        TenantAccount {
            id: TenantId(self.id),
            name: self.name,
            created_at: self.created_at,
            plan: self.plan,
            apps: u64::try_from(self.apps).unwrap_or_default(),
            owners: self.owners,
            suspension: suspension.map(|(at, reason)| Suspension { at, reason }),
        }
    }
}
