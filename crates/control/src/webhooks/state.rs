use campanile_protocol::{AppId, TenantId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{WebhookError, WebhookRecord, write::forget_stale_presence};
use crate::{Store, apps::lock_app};

impl Store {
    /// Stops posting to an endpoint; what happens is recorded and waits. A disabled one stays disabled.
    pub async fn pause_webhook(
        &self,
        tenant: TenantId,
        app: AppId,
        webhook: Uuid,
    ) -> Result<WebhookRecord, WebhookError> {
        let mut transaction = self.begin().await?;
        lock_lanes(&mut transaction, Some(tenant), webhook).await?;
        sqlx::query(
            "update webhook_endpoints set state = 'paused', state_changed_at = now()
             where tenant_id = $1 and app_id = $2 and id = $3 and state = 'active' and kind = 'webhook'",
        )
        .bind(tenant.0)
        .bind(app.number())
        .bind(webhook)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        self.get_webhook(tenant, app, webhook).await
    }

    /// Posts to an endpoint again, at once, and forgets how long it had failed: the 72 hours of a batch that
    /// is being tried, and the five days until it is disabled, begin anew.
    pub async fn resume_webhook(
        &self,
        tenant: TenantId,
        app: AppId,
        webhook: Uuid,
    ) -> Result<WebhookRecord, WebhookError> {
        let mut transaction = self.begin().await?;
        lock_app(&mut transaction, tenant, app).await?;
        lock_lanes(&mut transaction, Some(tenant), webhook).await?;
        forget_stale_presence(&mut transaction, app).await?;
        let resumed = sqlx::query(
            "update webhook_endpoints set state = 'active', disabled_reason = null, failing_since = null,
                 state_changed_at = now()
             where tenant_id = $1 and app_id = $2 and id = $3 and state <> 'active' and kind = 'webhook'",
        )
        .bind(tenant.0)
        .bind(app.number())
        .bind(webhook)
        .execute(&mut *transaction)
        .await?;
        if resumed.rows_affected() > 0 {
            // A request that is still under way keeps its lane; its place in the queue is not touched.
            sqlx::query(
                "with lanes as (
                     update webhook_lanes set next_at = now()
                     where endpoint_id = $1 and (locked_until is null or locked_until <= now())
                 )
                 update webhook_replays set next_at = now()
                 where endpoint_id = $1 and next_at < 'infinity'
                   and (locked_until is null or locked_until <= now())",
            )
            .bind(webhook)
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await?;
        self.get_webhook(tenant, app, webhook).await
    }
}

/// Whoever changes an endpoint or removes it takes its lanes first, as whoever settles a delivery does:
/// otherwise each could wait for the other.
///
/// Without a tenant, on the platform's own behalf.
pub(crate) async fn lock_lanes(
    connection: &mut PgConnection,
    tenant: Option<TenantId>,
    endpoint: Uuid,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "select from webhook_lanes l where l.endpoint_id in (
             select id from webhook_endpoints
             where (id = $1 or diverted_to = $1 or stands_for = $1) and ($2::uuid is null or tenant_id = $2))
         order by l.id for update",
    )
    .bind(endpoint)
    .bind(tenant.map(|tenant| tenant.0))
    .execute(connection)
    .await?;
    Ok(())
}
