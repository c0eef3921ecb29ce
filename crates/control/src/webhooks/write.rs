use std::time::Duration;

use campanile_protocol::{AppId, OccurrenceType, TenantId};
use secrecy::SecretString;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    DeliveryOrder, WebhookError, WebhookRecord, check,
    headers::CustomHeaders,
    secrets::{random_secret, secret_place},
    state::lock_lanes,
};
use crate::{Store, apps::lock_app, room::check_webhook_room};

pub(super) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);

/// An endpoint to be told.
#[derive(Clone, Debug, Default)]
pub struct NewWebhook {
    /// `http` or `https`, with a host and without credentials, at most 2,048 bytes.
    pub url: String,
    /// What its owner calls it; at most 80 characters.
    pub name: String,
    /// What it wants to hear; at least one.
    pub event_types: Vec<OccurrenceType>,
    /// Globs of the channels it wants to hear of; none for all.
    pub channels: Vec<String>,
    /// Headers to add to each request.
    pub headers: Vec<(String, SecretString)>,
    /// Many events per request instead of one.
    pub batching: bool,
    /// What a batch that keeps failing does to those behind it.
    pub order: DeliveryOrder,
    /// Queues side by side, 1 to 16; one when absent. Fixed from then on.
    pub lanes: Option<u8>,
    /// How long it may take to answer, 1 to 30 seconds; ten when absent.
    pub timeout: Option<Duration>,
}

/// What is to change about an endpoint; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct WebhookChange {
    /// See [`NewWebhook::url`].
    pub url: Option<String>,
    /// See [`NewWebhook::name`].
    pub name: Option<String>,
    /// See [`NewWebhook::event_types`].
    pub event_types: Option<Vec<OccurrenceType>>,
    /// See [`NewWebhook::channels`].
    pub channels: Option<Vec<String>>,
    /// All of them; see [`NewWebhook::headers`].
    pub headers: Option<Vec<(String, SecretString)>>,
    /// See [`NewWebhook::batching`].
    pub batching: Option<bool>,
    /// See [`NewWebhook::order`].
    pub order: Option<DeliveryOrder>,
    /// See [`NewWebhook::timeout`].
    pub timeout: Option<Duration>,
}

impl Store {
    /// Adds an endpoint to an app. It is told what happens from now on. The second value is the
    /// secret that its deliveries are signed with, `whsec_…`: shown this once. Whether the URL's
    /// addresses may be posted to is not judged here.
    pub async fn create_webhook(
        &self,
        tenant: TenantId,
        app: AppId,
        new: NewWebhook,
    ) -> Result<(WebhookRecord, SecretString), WebhookError> {
        let (url, name) = (check::url(&new.url)?, check::name(&new.name)?);
        let (types, channels) = (check::event_types(&new.event_types)?, check::channels(new.channels)?);
        let headers = CustomHeaders::check(new.headers)?;
        let timeout_ms = check::timeout_ms(new.timeout.unwrap_or(DEFAULT_TIMEOUT))?;
        let lanes = check::lanes(new.lanes)?;
        let mut transaction = self.begin().await?;
        lock_app(&mut transaction, tenant, app).await?;
        check_webhook_room(&mut transaction, tenant, app).await?;
        let data_key = self.data_key(&mut transaction, tenant).await?;
        forget_stale_presence(&mut transaction, app).await?;
        let (id, secret) = (Uuid::now_v7(), random_secret());
        sqlx::query(
            "with endpoint as (
                 insert into webhook_endpoints (id, tenant_id, app_id, url, name, event_types, channels,
                     header_names, headers_sealed, batching, delivery_order, timeout_ms, secret_sealed)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
             )
             insert into webhook_lanes (endpoint_id, app_id, n)
             select $1, $3, n from generate_series(0, $14::smallint - 1) n",
        )
        .bind(id)
        .bind(tenant.0)
        .bind(app.number())
        .bind(url)
        .bind(name)
        .bind(types)
        .bind(channels)
        .bind(headers.names())
        .bind(headers.seal(&data_key, id))
        .bind(new.batching)
        .bind(new.order.as_str())
        .bind(timeout_ms)
        .bind(data_key.seal_text(&secret, secret_place(id)))
        .bind(lanes)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok((self.get_webhook(tenant, app, id).await?, secret))
    }

    /// Changes an endpoint. What was recorded for it stays recorded; a batch that is being tried goes to the
    /// new address, as it was. How long the old address had failed is forgotten with it.
    pub async fn update_webhook(
        &self,
        tenant: TenantId,
        app: AppId,
        webhook: Uuid,
        change: WebhookChange,
    ) -> Result<WebhookRecord, WebhookError> {
        let url = change.url.as_deref().map(check::url).transpose()?;
        let name = change.name.as_deref().map(check::name).transpose()?;
        let types = change.event_types.as_deref().map(check::event_types).transpose()?;
        let channels = change.channels.map(check::channels).transpose()?;
        let headers = change.headers.map(CustomHeaders::check).transpose()?;
        let timeout_ms = change.timeout.map(check::timeout_ms).transpose()?;
        let mut transaction = self.begin().await?;
        lock_app(&mut transaction, tenant, app).await?;
        lock_lanes(&mut transaction, Some(tenant), webhook).await?;
        let data_key = self.data_key(&mut transaction, tenant).await?;
        if types.is_some() {
            forget_stale_presence(&mut transaction, app).await?;
        }
        let changed = sqlx::query(
            "update webhook_endpoints set url = coalesce($4, url), name = coalesce($5, name),
                 event_types = coalesce($6, event_types), channels = coalesce($7, channels),
                 header_names = coalesce($8, header_names),
                 headers_sealed = case when $8 is null then headers_sealed else $9 end,
                 batching = coalesce($10, batching), delivery_order = coalesce($11, delivery_order),
                 timeout_ms = coalesce($12, timeout_ms),
                 failing_since = case when $4 <> url then null else failing_since end
             where tenant_id = $1 and app_id = $2 and id = $3 and kind = 'webhook'",
        )
        .bind(tenant.0)
        .bind(app.number())
        .bind(webhook)
        .bind(url)
        .bind(name)
        .bind(types)
        .bind(channels)
        .bind(headers.as_ref().map(CustomHeaders::names))
        .bind(headers.as_ref().and_then(|headers| headers.seal(&data_key, webhook)))
        .bind(change.batching)
        .bind(change.order.map(DeliveryOrder::as_str))
        .bind(timeout_ms)
        .execute(&mut *transaction)
        .await?;
        if changed.rows_affected() == 0 {
            return Err(WebhookError::NotFound);
        }
        transaction.commit().await?;
        self.get_webhook(tenant, app, webhook).await
    }

    /// Removes an endpoint; what it had yet to be told is not told.
    pub async fn delete_webhook(
        &self,
        tenant: TenantId,
        app: AppId,
        webhook: Uuid,
    ) -> Result<(), WebhookError> {
        let mut transaction = self.begin().await?;
        lock_lanes(&mut transaction, Some(tenant), webhook).await?;
        let done = sqlx::query(
            "delete from webhook_endpoints
             where tenant_id = $1 and app_id = $2 and id = $3 and kind = 'webhook'",
        )
        .bind(tenant.0)
        .bind(app.number())
        .bind(webhook)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        if done.rows_affected() > 0 { Ok(()) } else { Err(WebhookError::NotFound) }
    }
}

/// Before an endpoint begins to hear: of what no endpoint of the app heard so far nothing was recorded, so
/// what was noted of it before then may have changed unseen.
pub(super) async fn forget_stale_presence(
    connection: &mut PgConnection,
    app: AppId,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "with heard as (
             select coalesce(bool_or(event_types && '{channel_occupied,channel_vacated}'), false) as channels,
                 coalesce(bool_or(event_types && '{member_added,member_removed}'), false) as members,
                 coalesce(bool_or(event_types && '{connection_opened,connection_closed}'), false)
                     as connections
             from webhook_endpoints where app_id = $1 and state <> 'disabled'
         ), unseen as (
             delete from open_connections o using heard where o.app_id = $1 and not heard.connections
         )
         delete from occupancy o using heard where o.app_id = $1
             and not case when o.user_id = '' then heard.channels else heard.members end",
    )
    .bind(app.number())
    .execute(connection)
    .await?;
    Ok(())
}
