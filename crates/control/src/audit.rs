//! Reading the audit log, and recording what no table's trigger sees.

use campanile_protocol::{AppId, TenantId};
use serde_json::Value;
use sqlx::{PgConnection, prelude::FromRow};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{Store, StoreError};

/// One thing that someone did.
#[derive(Clone, Debug, FromRow)]
pub struct AuditEntry {
    /// Grows with time.
    pub id: i64,
    /// When.
    pub at: OffsetDateTime,
    /// `user`, `token`, `command_line` or `operator`, of whom no more is told.
    pub actor_kind: String,
    /// The user's or the token's id.
    pub actor_id: Option<Uuid>,
    /// The user's address or the token's name, as it was then.
    pub actor_name: Option<String>,
    /// The peer's address.
    pub address: Option<String>,
    /// What the client called itself.
    pub user_agent: Option<String>,
    /// The request's name, as in its answer and in the log.
    pub request_id: Option<String>,
    /// What was done, e.g. `app.updated`.
    pub action: String,
    /// The app it belongs to, if it does.
    pub app_id: Option<i64>,
    /// What it was done to.
    pub target_id: Option<String>,
    /// Its name then.
    pub target_name: Option<String>,
    /// What changed, as it was; whole if it ended. Secrets are only said to be there.
    pub before: Option<Value>,
    /// What changed, as it became; whole if it began.
    pub after: Option<Value>,
}

/// Which entries to read; what is absent does not matter.
#[derive(Clone, Debug, Default)]
pub struct AuditQuery {
    /// By this user or token.
    pub actor: Option<Uuid>,
    /// This action, or all that begin with it and a dot: `app` is `app.created`, `app.updated` …
    pub action: Option<String>,
    /// Done to this.
    pub target: Option<String>,
    /// Of this app.
    pub app: Option<AppId>,
    /// At this time or later.
    pub from: Option<OffsetDateTime>,
    /// Before this time.
    pub to: Option<OffsetDateTime>,
    /// Older than this entry: the last one of the page before.
    pub before_id: Option<i64>,
    /// At most this many.
    pub limit: u32,
}

impl Store {
    /// The organisation's entries, newest first.
    pub async fn list_audit(
        &self,
        tenant: TenantId,
        query: &AuditQuery,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        Ok(sqlx::query_as(
            "select id, at, actor_kind, actor_id, actor_name, address, user_agent, request_id, action, app_id,
                 target_id, target_name, before, after
             from audit_log
             where tenant_id = $1
               and ($2::uuid is null or actor_id = $2)
               and ($3::text is null or action = $3 or starts_with(action, $3 || '.'))
               and ($4::text is null or target_id = $4)
               and ($5::bigint is null or app_id = $5)
               and ($6::timestamptz is null or at >= $6)
               and ($7::timestamptz is null or at < $7)
               and ($8::bigint is null or id < $8)
             order by id desc limit $9",
        )
        .bind(tenant.0)
        .bind(query.actor)
        .bind(query.action.as_deref())
        .bind(query.target.as_deref())
        .bind(query.app.map(AppId::number))
        .bind(query.from)
        .bind(query.to)
        .bind(query.before_id)
        .bind(i64::from(query.limit))
        .fetch_all(&self.pool)
        .await?)
    }

    /// Records something that whoever acts did and that changed no row: a secret was shown, an event sent.
    pub async fn record_act(
        &self,
        tenant: TenantId,
        app: Option<AppId>,
        act: Act<'_>,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        record(&mut transaction, tenant, app, act).await?;
        Ok(transaction.commit().await?)
    }
}

/// What was done, for [`Store::record_act`].
#[derive(Clone, Copy, Debug)]
pub struct Act<'a> {
    /// E.g. `key.revealed`.
    pub action: &'a str,
    /// What it was done to.
    pub target_id: &'a str,
    /// More about it.
    pub after: Option<&'a Value>,
}

/// The same within the transaction of what is recorded.
pub(crate) async fn record(
    connection: &mut PgConnection,
    tenant: TenantId,
    app: Option<AppId>,
    act: Act<'_>,
) -> Result<(), StoreError> {
    sqlx::query("select audit($1, $2, $3, $4, null, null, $5)")
        .bind(tenant.0)
        .bind(app.map(AppId::number))
        .bind(act.action)
        .bind(act.target_id)
        .bind(act.after)
        .execute(connection)
        .await?;
    Ok(())
}

/// Records what a person did to their own account, in every organisation that it gives access to.
pub(crate) async fn record_for_user(
    connection: &mut PgConnection,
    user_id: Uuid,
    action: &str,
) -> Result<(), StoreError> {
    sqlx::query(
        "select audit(m.tenant_id, null, $2, u.id::text, u.email, null, null)
         from memberships m join users u on u.id = m.user_id where u.id = $1",
    )
    .bind(user_id)
    .bind(action)
    .execute(connection)
    .await?;
    Ok(())
}
