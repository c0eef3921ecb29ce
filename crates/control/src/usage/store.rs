use std::sync::LazyLock;

use campanile_protocol::{AppId, TenantId};
use serde::Serialize;
use sqlx::{AssertSqlSafe, types::Json};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{MESSAGES, UsageAmounts, UsageRow, each_sum, number};
use crate::{Store, StoreError, boundary};

/// A row as the database reads it.
#[derive(Serialize)]
struct Given {
    tenant_id: TenantId,
    app_id: i64,
    minute: i64,
    #[serde(flatten)]
    amounts: UsageAmounts,
}

/// Minutes become what they are given as; hours and days change by what that changes. Rows of tenants that
/// are gone are left out.
static STORE: LazyLock<String> = LazyLock::new(|| {
    let columns = format!("connections_peak, {}", each_sum("$"));
    let types = format!("connections_peak integer, {}", each_sum("$ bigint"));
    let given = format!("g.connections_peak, {}", each_sum("g.$"));
    let replaced = format!("connections_peak = excluded.connections_peak, {}", each_sum("$ = excluded.$"));
    let changes = each_sum("g.$ - coalesce(b.$, 0) as $");
    let summed = each_sum("sum($)::bigint");
    let added = format!(
        "connections_peak = greatest(s.connections_peak, excluded.connections_peak), {}",
        each_sum("$ = s.$ + excluded.$")
    );
    let sums = |table: &str, unit: &str| {
        format!(
            "insert into {table} as s (tenant_id, app_id, {unit}, {columns})
             select tenant_id, app_id, date_trunc('{unit}', minute, 'UTC'), max(connections_peak), {summed}
             from change group by 1, 2, 3 order by 1, 2, 3
             on conflict (tenant_id, app_id, {unit}) do update set {added}"
        )
    };
    format!(
        "with given as (
             select g.tenant_id, g.app_id, to_timestamp(g.minute) as minute, {given}
             from jsonb_to_recordset($2) as g(tenant_id uuid, app_id bigint, minute bigint, {types})
             join tenants t on t.id = g.tenant_id
         ), before as (
             select m.* from usage_minutes m join given using (tenant_id, app_id, minute)
             where m.incarnation_id = $1
         ), stored as (
             insert into usage_minutes (incarnation_id, tenant_id, app_id, minute, {columns})
             select $1, tenant_id, app_id, minute, {columns} from given
             on conflict (tenant_id, app_id, minute, incarnation_id) do update set {replaced}
         ), change as (
             select g.tenant_id, g.app_id, g.minute, g.connections_peak, {changes}
             from given g left join before b using (tenant_id, app_id, minute)
         ), hours as ({hours})
         {days}",
        hours = sums("usage_hours", "hour"),
        days = sums("usage_days", "day"),
    )
});

impl Store {
    /// Stores what an incarnation has counted. What is stored already is replaced: when an answer was lost,
    /// ask again, with the same rows or with what they have become.
    pub async fn store_usage(&self, incarnation: Uuid, rows: &[UsageRow]) -> Result<(), StoreError> {
        let given: Vec<Given> = rows.iter().map(Given::from).collect();
        let mut transaction = self.pool.begin().await?;
        // One after the other, also when an earlier try of ours still runs: the difference is to what that one
        // leaves.
        sqlx::query("select pg_advisory_xact_lock(hashtext('usage'), hashtext($1::text))")
            .bind(incarnation)
            .execute(&mut *transaction)
            .await?;
        sqlx::query(STORE.as_str()).bind(incarnation).bind(Json(given)).execute(&mut *transaction).await?;
        boundary("usage.written");
        transaction.commit().await?;
        boundary("usage.committed");
        Ok(())
    }

    /// Messages of a UTC day by tenant and app, none for all apps of the tenant, as far as they are stored.
    pub async fn messages_of_day(
        &self,
        day: OffsetDateTime,
    ) -> Result<Vec<(TenantId, Option<AppId>, u64)>, StoreError> {
        let messages = MESSAGES.join(" + ");
        let rows: Vec<(Uuid, i64, i64)> = sqlx::query_as(AssertSqlSafe(format!(
            "select tenant_id, app_id, {messages} from usage_days where day = date_trunc('day', $1, 'UTC')"
        )))
        .bind(day)
        .fetch_all(&self.pool)
        .await?;
        let read = |(tenant, app, messages): (Uuid, i64, i64)| {
            (TenantId(tenant), AppId::from_number(app).ok(), messages.max(0).unsigned_abs())
        };
        Ok(rows.into_iter().map(read).collect())
    }
}

impl From<&UsageRow> for Given {
    fn from(row: &UsageRow) -> Self {
        Self {
            tenant_id: row.tenant,
            app_id: number(row.app),
            minute: row.minute.unix_timestamp(),
            amounts: row.amounts,
        }
    }
}
