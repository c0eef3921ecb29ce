use campanile_protocol::TenantId;
use serde_json::Value;
use sqlx::prelude::FromRow;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{Act, Store, StoreError};

/// One thing that an operator did.
#[derive(Clone, Debug, FromRow)]
pub struct OperatorEntry {
    /// Grows with time.
    pub id: i64,
    /// When.
    pub at: OffsetDateTime,
    /// `operator` or `command_line`.
    pub actor_kind: String,
    /// The operator's address, as it was then.
    pub actor_name: Option<String>,
    /// The peer's address.
    pub address: Option<String>,
    /// The request's name, as in its answer and in the log.
    pub request_id: Option<String>,
    /// What was done, e.g. `node.drain_started`.
    pub action: String,
    /// The organisation that it concerns.
    pub tenant_id: Option<Uuid>,
    /// Its name now, while it exists.
    pub tenant_name: Option<String>,
    /// What it was done to.
    pub target_id: Option<String>,
    /// What that was called then.
    pub target_name: Option<String>,
    /// What changed, as it was.
    pub before: Option<Value>,
    /// What changed, as it became.
    pub after: Option<Value>,
}

impl Store {
    /// Records something that an operator did to the installation and that changed no row of an organisation.
    pub async fn record_operator_act(&self, act: Act<'_>) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        sqlx::query("select audit(null, null, $1, $2, null, null, $3)")
            .bind(act.action)
            .bind(act.target_id)
            .bind(act.after)
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }

    /// What operators did, newest first: at most `limit` entries older than `before_id`.
    pub async fn list_operator_log(
        &self,
        tenant: Option<TenantId>,
        before_id: Option<i64>,
        limit: u32,
    ) -> Result<Vec<OperatorEntry>, StoreError> {
        Ok(sqlx::query_as(
            "select l.id, l.at, l.actor_kind, l.actor_name, l.address, l.request_id, l.action, l.tenant_id,
                 t.name as tenant_name, l.target_id, l.target_name, l.before, l.after
             from operator_log l left join tenants t on t.id = l.tenant_id
             where ($1::uuid is null or l.tenant_id = $1) and ($2::bigint is null or l.id < $2)
             order by l.id desc limit $3",
        )
        .bind(tenant.map(|tenant| tenant.0))
        .bind(before_id)
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?)
    }
}
