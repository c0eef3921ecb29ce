//! What tenants may use: plans, and what a tenant has beside its plan.

use campanile_protocol::{AppId, TenantId, TenantQuotas};
use sqlx::{FromRow, Row, postgres::PgRow};
use thiserror::Error;

use crate::{Store, StoreError};

/// Limits with a name, for many tenants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Its name, 1–40 characters.
    pub name: String,
    /// Whether new organisations get it.
    pub is_default: bool,
    /// What it allows.
    pub limits: TenantQuotas,
}

/// What a tenant may use, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TenantLimits {
    /// The name of its plan.
    pub plan: Option<String>,
    /// What is in force: the tenant's own limits, and where there are none, its plan's.
    pub limits: TenantQuotas,
}

/// Why a tenant does not get a plan.
#[derive(Debug, Error)]
pub enum PlanError {
    /// There is none of that name.
    #[error("there is no such plan")]
    NotFound,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Six limits as columns.
pub(crate) struct QuotaColumns(pub(crate) TenantQuotas);

impl<'r> FromRow<'r, PgRow> for QuotaColumns {
    fn from_row(row: &'r PgRow) -> Result<Self, sqlx::Error> {
        let number = |column: &str| -> Result<Option<u32>, sqlx::Error> {
            let stored: Option<i32> = row.try_get(column)?;
            Ok(stored.and_then(|most| u32::try_from(most).ok()))
        };
        let per_day: Option<i64> = row.try_get("max_messages_per_day")?;
        Ok(Self(TenantQuotas {
            max_connections: number("max_connections")?,
            max_messages_per_day: per_day.and_then(|most| u64::try_from(most).ok()),
            max_messages_per_second: number("max_messages_per_second")?,
            max_presence_members: number("max_presence_members")?,
            max_event_bytes: number("max_event_bytes")?,
            max_webhook_endpoints: number("max_webhook_endpoints")?,
        }))
    }
}

/// A limit as a column; a limit that does not fit is none that could be reached.
pub(crate) fn column(most: Option<u32>) -> Option<i32> {
    most.map(|most| i32::try_from(most).unwrap_or(i32::MAX))
}

/// Binds the six limits, in the order in which they are declared.
macro_rules! bind_quotas {
    ($query:expr, $quotas:expr) => {
        $query
            .bind(column($quotas.max_connections))
            .bind($quotas.max_messages_per_day.map(|most| i64::try_from(most).unwrap_or(i64::MAX)))
            .bind(column($quotas.max_messages_per_second))
            .bind(column($quotas.max_presence_members))
            .bind(column($quotas.max_event_bytes))
            .bind(column($quotas.max_webhook_endpoints))
    };
}

pub(crate) use bind_quotas;

impl Store {
    /// Makes a plan, or changes the one of that name for all tenants that have it. A default one takes the
    /// place of the one that was it, and stays so until another one takes its place.
    pub async fn put_plan(&self, plan: &Plan) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin().await?;
        if plan.is_default {
            sqlx::query("update plans set is_default = false where is_default and name <> $1")
                .bind(&plan.name)
                .execute(&mut *transaction)
                .await?;
        }
        let query = sqlx::query(
            "insert into plans (name, is_default, max_connections, max_messages_per_day,
                 max_messages_per_second, max_presence_members, max_event_bytes, max_webhook_endpoints)
             values ($1, $2, $3, $4, $5, $6, $7, $8)
             on conflict (name) do update set is_default = plans.is_default or excluded.is_default,
                 max_connections = excluded.max_connections,
                 max_messages_per_day = excluded.max_messages_per_day,
                 max_messages_per_second = excluded.max_messages_per_second,
                 max_presence_members = excluded.max_presence_members,
                 max_event_bytes = excluded.max_event_bytes,
                 max_webhook_endpoints = excluded.max_webhook_endpoints",
        );
        let query = query.bind(&plan.name).bind(plan.is_default);
        bind_quotas!(query, plan.limits).execute(&mut *transaction).await?;
        Ok(transaction.commit().await?)
    }

    /// All plans, by name.
    pub async fn list_plans(&self) -> Result<Vec<Plan>, StoreError> {
        let rows = sqlx::query("select * from plans order by name").fetch_all(&self.pool).await?;
        let plan = |row: &PgRow| {
            let QuotaColumns(limits) = QuotaColumns::from_row(row)?;
            Ok(Plan { name: row.try_get("name")?, is_default: row.try_get("is_default")?, limits })
        };
        rows.iter().map(plan).collect()
    }

    /// Gives a tenant a plan, or none. Its own limits stay.
    pub async fn give_plan(&self, tenant: TenantId, plan: Option<&str>) -> Result<(), PlanError> {
        let mut transaction = self.begin().await.map_err(StoreError::from)?;
        let done = sqlx::query(
            "update tenants set plan = $2
             where id = $1 and ($2::text is null or exists (select from plans where name = $2))",
        )
        .bind(tenant.0)
        .bind(plan)
        .execute(&mut *transaction)
        .await
        .map_err(StoreError::from)?;
        transaction.commit().await.map_err(StoreError::from)?;
        if done.rows_affected() > 0 { Ok(()) } else { Err(PlanError::NotFound) }
    }

    /// Sets a tenant's own limits. Where they say nothing, its plan does.
    pub async fn limit_tenant(&self, tenant: TenantId, limits: TenantQuotas) -> Result<(), StoreError> {
        let query = sqlx::query(
            "update tenants set max_connections = $2, max_messages_per_day = $3,
                 max_messages_per_second = $4, max_presence_members = $5, max_event_bytes = $6,
                 max_webhook_endpoints = $7
             where id = $1",
        );
        let mut transaction = self.begin().await?;
        bind_quotas!(query.bind(tenant.0), limits).execute(&mut *transaction).await?;
        Ok(transaction.commit().await?)
    }

    /// What a tenant may use.
    pub async fn tenant_limits(&self, tenant: TenantId) -> Result<TenantLimits, StoreError> {
        let Some(own) = sqlx::query("select * from tenants where id = $1")
            .bind(tenant.0)
            .fetch_optional(&self.pool)
            .await?
        else {
            return Ok(TenantLimits::default());
        };
        let name: Option<String> = own.try_get("plan")?;
        let plan =
            sqlx::query("select * from plans where name = $1").bind(&name).fetch_optional(&self.pool).await?;
        let of = |row: &PgRow| QuotaColumns::from_row(row).map(|QuotaColumns(limits)| limits);
        let of_plan = plan.as_ref().map(of).transpose()?.unwrap_or_default();
        Ok(TenantLimits { plan: name, limits: of(&own)?.or(of_plan) })
    }

    /// How many webhook endpoints all apps of a tenant have together, and how many each has. Listeners are
    /// not among them.
    pub async fn count_webhooks(&self, tenant: TenantId) -> Result<(u64, Vec<(AppId, u64)>), StoreError> {
        let rows: Vec<(i64, i64)> = sqlx::query_as(
            "select app_id, count(*) from webhook_endpoints
             where tenant_id = $1 and kind = 'webhook' group by app_id",
        )
        .bind(tenant.0)
        .fetch_all(&self.pool)
        .await?;
        let counts = rows
            .into_iter()
            .filter_map(|(app, count)| Some((AppId::from_number(app).ok()?, count.max(0).unsigned_abs())));
        let counts: Vec<(AppId, u64)> = counts.collect();
        Ok((counts.iter().map(|(_, count)| count).sum(), counts))
    }
}
