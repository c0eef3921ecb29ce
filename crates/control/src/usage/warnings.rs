use campanile_protocol::{AppId, TenantId};
use sqlx::{PgConnection, prelude::FromRow};
use time::OffsetDateTime;
use uuid::Uuid;

use super::number;
use crate::{Letter, LimitReached, Store, StoreError, boundary, notices::Audience};

/// A limit that was nearly, or wholly, used up.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UsageWarning {
    /// The tenant.
    pub tenant: TenantId,
    /// The app whose limit it is; none for the tenant's.
    pub app: Option<AppId>,
    /// Which limit.
    pub limit_name: String,
    /// The UTC day for which it is told once.
    pub period_at: OffsetDateTime,
    /// 80 or 100.
    pub percent: u8,
    /// What was used then.
    pub used: u64,
    /// What was allowed then.
    pub most: u64,
    /// When it was found; what is given when it is stored does not count.
    pub warned_at: OffsetDateTime,
}

#[derive(FromRow)]
struct WarningRow {
    app_id: i64,
    limit_name: String,
    period_at: OffsetDateTime,
    percent: i16,
    used: i64,
    most: i64,
    warned_at: OffsetDateTime,
}

/// As many as are told at once.
const LISTED: i64 = 100;

impl Store {
    /// Stores a warning, and puts the letter about it among those to be sent; false, and neither, if it was
    /// there already or its tenant is gone. When a higher one of the same day is known, the letter is spared.
    pub async fn store_warning(&self, warning: &UsageWarning) -> Result<bool, StoreError> {
        let mut transaction = self.pool.begin().await?;
        let is_new = insert_warning(&mut transaction, warning).await?;
        boundary("warning.stored");
        if is_new && let Some(letter) = letter(&mut transaction, warning).await? {
            self.notify(&mut transaction, warning.tenant, Audience::Payers, &letter).await?;
        }
        transaction.commit().await?;
        boundary("warning.committed");
        Ok(is_new)
    }

    /// The newest warnings of a tenant, or of one app of it, of days since then; a hundred at most.
    pub async fn list_warnings(
        &self,
        tenant: TenantId,
        app: Option<AppId>,
        since: OffsetDateTime,
    ) -> Result<Vec<UsageWarning>, StoreError> {
        let rows: Vec<WarningRow> = sqlx::query_as(
            "select app_id, limit_name, period_at, percent, used, most, warned_at from usage_warnings
             where tenant_id = $1 and period_at >= $2 and ($3::bigint is null or app_id = $3)
             order by warned_at desc, app_id, limit_name, percent limit $4",
        )
        .bind(tenant.0)
        .bind(since)
        .bind(app.map(AppId::number))
        .bind(LISTED)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(|row| row.into_warning(tenant.0)).collect())
    }
}

async fn insert_warning(connection: &mut PgConnection, warning: &UsageWarning) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "insert into usage_warnings (tenant_id, app_id, limit_name, period_at, percent, used, most)
         select id, $2, $3, $4, $5, $6, $7 from tenants where id = $1
         on conflict do nothing",
    )
    .bind(warning.tenant.0)
    .bind(number(warning.app))
    .bind(&warning.limit_name)
    .bind(warning.period_at)
    .bind(i16::from(warning.percent))
    .bind(warning.used.cast_signed())
    .bind(warning.most.cast_signed())
    .execute(connection)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// `None` when a higher warning says more, and when the app is gone.
async fn letter(connection: &mut PgConnection, warning: &UsageWarning) -> Result<Option<Letter>, StoreError> {
    let names: Option<(String, Option<String>)> = sqlx::query_as(
        "select t.name, a.name from tenants t
         left join apps a on a.tenant_id = t.id and a.id = $2
         where t.id = $1 and ($2 = 0 or a.id is not null) and not exists (
             select from usage_warnings w where w.tenant_id = $1 and w.app_id = $2 and w.limit_name = $3
                 and w.period_at = $4 and w.percent > $5)",
    )
    .bind(warning.tenant.0)
    .bind(number(warning.app))
    .bind(&warning.limit_name)
    .bind(warning.period_at)
    .bind(i16::from(warning.percent))
    .fetch_optional(connection)
    .await?;
    let to_letter = |(organisation, app): (String, Option<String>)| {
        Letter::LimitReached(LimitReached {
            organisation,
            app: warning.app.zip(app),
            limit: warning.limit_name.clone(),
            percent: warning.percent,
            used: warning.used,
            most: warning.most,
            day: warning.period_at.date().to_string(),
        })
    };
    Ok(names.map(to_letter))
}

impl WarningRow {
    fn into_warning(self, tenant: Uuid) -> UsageWarning {
        UsageWarning {
            tenant: TenantId(tenant),
            app: AppId::from_number(self.app_id).ok(),
            limit_name: self.limit_name,
            period_at: self.period_at,
            percent: u8::try_from(self.percent).unwrap_or(100),
            used: self.used.max(0).unsigned_abs(),
            most: self.most.max(0).unsigned_abs(),
            warned_at: self.warned_at,
        }
    }
}
