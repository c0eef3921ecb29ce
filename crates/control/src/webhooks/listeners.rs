use campanile_protocol::{AppId, OccurrenceType, TenantId};
use secrecy::SecretString;
use sqlx::{PgConnection, prelude::FromRow};
use uuid::Uuid;

use super::{
    WebhookError,
    record::parse_types,
    secrets::{random_secret, secret_place},
    state::lock_lanes,
    write::forget_stale_presence,
};
use crate::{Store, StoreError, apps::lock_app};

pub(super) const MAX_LISTENERS: i64 = 10;

/// A listener to be made: an endpoint without URL, for as long as someone listens.
#[derive(Clone, Debug, Default)]
pub struct NewListener {
    /// Which start of which node it lives and dies with.
    pub incarnation: Uuid,
    /// What it hears; empty for Pusher's types, or those of the webhook it stands for. Who takes a
    /// webhook's deliveries hears what that one does.
    pub event_types: Vec<OccurrenceType>,
    /// The webhook whose filter, secret and headers it uses.
    pub stands_for: Option<Uuid>,
    /// Whether that one's deliveries come here instead, until the listener ends.
    pub takes: bool,
}

/// A listener that was made.
#[derive(Debug)]
pub struct ListenerRecord {
    /// Its id.
    pub id: Uuid,
    /// What it hears.
    pub event_types: Vec<OccurrenceType>,
    /// What it hears is signed with this, unless it stands for a webhook.
    pub signing_secret: Option<SecretString>,
}

/// What a listener takes over from the webhook it stands for.
#[derive(FromRow)]
struct Original {
    event_types: Vec<String>,
    channels: Vec<String>,
    batching: bool,
}

impl Store {
    /// Makes a listener. It hears what happens from now on; with `takes`, the webhook's own deliveries, also
    /// those that wait. A second listener that takes them takes them from the first.
    pub async fn create_listener(
        &self,
        tenant: TenantId,
        app: AppId,
        new: NewListener,
    ) -> Result<ListenerRecord, WebhookError> {
        let mut transaction = self.begin().await?;
        lock_app(&mut transaction, tenant, app).await?;
        check_room(&mut transaction, app).await?;
        let original = match new.stands_for {
            Some(webhook) => Some(find_original(&mut transaction, (tenant, app, webhook)).await?),
            None => None,
        };
        let takes = new.stands_for.filter(|_| new.takes);
        let event_types = match &original {
            _ if takes.is_none() && !new.event_types.is_empty() => new.event_types,
            Some(original) => parse_types(&original.event_types),
            None => OccurrenceType::DEFAULT.to_vec(),
        };
        // The webhook records what it hears; a listener that takes it records nothing of its own.
        let recorded = if takes.is_some() { Vec::new() } else { event_types.clone() };
        let data_key = self.data_key(&mut transaction, tenant).await?;
        forget_stale_presence(&mut transaction, app).await?;
        let (id, secret) = (Uuid::now_v7(), random_secret());
        sqlx::query(
            "with listener as (
                 insert into webhook_endpoints (id, tenant_id, app_id, kind, url, event_types, channels,
                     batching, secret_sealed, incarnation_id, stands_for)
                 values ($1, $2, $3, 'listener', '', $4, $5, $6, $7, $8, $9)
             )
             insert into webhook_lanes (endpoint_id, app_id, is_held) values ($1, $3, true)",
        )
        .bind(id)
        .bind(tenant.0)
        .bind(app.number())
        .bind(recorded.iter().map(|kind| kind.as_str()).collect::<Vec<_>>())
        .bind(original.as_ref().map_or(&[][..], |original| &original.channels))
        .bind(original.as_ref().is_some_and(|original| original.batching))
        .bind(data_key.seal_text(&secret, secret_place(id)))
        .bind(new.incarnation)
        .bind(new.stands_for)
        .execute(&mut *transaction)
        .await?;
        if let Some(webhook) = takes {
            divert(&mut transaction, tenant, webhook, id).await?;
        }
        transaction.commit().await?;
        Ok(ListenerRecord { id, event_types, signing_secret: original.is_none().then_some(secret) })
    }

    /// Ends the listeners of an incarnation that nobody holds any more: those that are not among the `live`
    /// ones. What was made within the last minute may not have been noted as live yet, and stays. Returns how
    /// many ended.
    pub async fn sweep_listeners(&self, incarnation: Uuid, live: &[Uuid]) -> Result<u64, StoreError> {
        let orphans: Vec<Uuid> = sqlx::query_scalar(
            "select id from webhook_endpoints
             where incarnation_id = $1 and kind = 'listener' and id <> all($2)
               and created_at <= now() - interval '1 minute'",
        )
        .bind(incarnation)
        .bind(live)
        .fetch_all(&self.pool)
        .await?;
        for orphan in &orphans {
            self.delete_listener(*orphan).await?;
        }
        Ok(orphans.len() as u64)
    }

    /// Ends a listener; what it took goes its own way again. It need not be there any more.
    pub async fn delete_listener(&self, listener: Uuid) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        remove_listener(&mut transaction, listener).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// Called by the node that made it, or by one that found that node dead.
pub(crate) async fn remove_listener(connection: &mut PgConnection, listener: Uuid) -> Result<(), StoreError> {
    lock_lanes(connection, None, listener).await?;
    // What it had claimed of the webhook it took is given back; that it failed there says nothing of the
    // webhook, which need not wait for it.
    sqlx::query(
        "update webhook_lanes l set locked_until = null, next_at = now(), standing = 1
         from webhook_endpoints w where w.diverted_to = $1 and l.endpoint_id = w.id",
    )
    .bind(listener)
    .execute(&mut *connection)
    .await?;
    sqlx::query("delete from webhook_endpoints where id = $1 and kind = 'listener'")
        .bind(listener)
        .execute(connection)
        .await?;
    Ok(())
}

async fn check_room(connection: &mut PgConnection, app: AppId) -> Result<(), WebhookError> {
    let present: i64 =
        sqlx::query_scalar("select count(*) from webhook_endpoints where app_id = $1 and kind = 'listener'")
            .bind(app.number())
            .fetch_one(connection)
            .await?;
    if present < MAX_LISTENERS { Ok(()) } else { Err(WebhookError::TooManyListeners) }
}

async fn find_original(
    connection: &mut PgConnection,
    (tenant, app, webhook): (TenantId, AppId, Uuid),
) -> Result<Original, WebhookError> {
    lock_lanes(connection, Some(tenant), webhook).await?;
    let found = sqlx::query_as(
        "select event_types, channels, batching from webhook_endpoints
         where tenant_id = $1 and app_id = $2 and id = $3 and kind = 'webhook'",
    )
    .bind(tenant.0)
    .bind(app.number())
    .bind(webhook)
    .fetch_optional(connection)
    .await?;
    found.ok_or(WebhookError::NotFound)
}

async fn divert(
    connection: &mut PgConnection,
    tenant: TenantId,
    webhook: Uuid,
    listener: Uuid,
) -> Result<(), WebhookError> {
    let was_diverted: Option<bool> = sqlx::query_scalar(
        "update webhook_endpoints w set diverted_to = $3
         from (select id, diverted_to is not null as was_diverted from webhook_endpoints) old
         where w.tenant_id = $1 and w.id = $2 and old.id = w.id
         returning old.was_diverted",
    )
    .bind(tenant.0)
    .bind(webhook)
    .bind(listener)
    .fetch_optional(&mut *connection)
    .await?;
    // Someone is waiting to see them: what sleeps between two tries is due now. So is what the listener
    // before had claimed, whose report is no longer accepted.
    sqlx::query(
        "update webhook_lanes set next_at = now(), locked_until = null
         where endpoint_id = $1 and ($2 or locked_until is null or locked_until <= now())",
    )
    .bind(webhook)
    .bind(was_diverted.unwrap_or(false))
    .execute(connection)
    .await?;
    Ok(())
}
