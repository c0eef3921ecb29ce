use actix_web::{
    HttpResponse,
    web::{Data, Json, Path},
};
use campanile_control::{Delivery, NewWebhook, WebhookRecord};
use campanile_protocol::{AppId, OccurrenceType};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    Management, ManagementError,
    session::Session,
    validation::{Form, at_most},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CreateWebhook {
    url: String,
    event_types: Vec<String>,
    #[serde(default)]
    batching: bool,
}

#[derive(Serialize)]
pub(super) struct WebhooksReply {
    webhooks: Vec<WebhookReply>,
}

#[derive(Serialize)]
pub(super) struct WebhookReply {
    id: Uuid,
    url: String,
    event_types: Vec<OccurrenceType>,
    batching: bool,
    state: &'static str,
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    pending: u64,
    #[serde(with = "time::serde::rfc3339::option")]
    last_attempt_at: Option<OffsetDateTime>,
    last_status: Option<u16>,
    /// Shown once, in the answer to its creation.
    #[serde(skip_serializing_if = "Option::is_none")]
    signing_secret: Option<String>,
}

#[derive(Serialize)]
pub(super) struct DeliveriesReply {
    pending: u64,
    #[serde(with = "time::serde::rfc3339::option")]
    oldest_pending_at: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339::option")]
    next_attempt_at: Option<OffsetDateTime>,
    deliveries: Vec<DeliveryReply>,
}

/// One attempt; those of one delivery share its id.
#[derive(Serialize)]
struct DeliveryReply {
    id: Uuid,
    attempt: u32,
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
    status: Option<u16>,
    duration_ms: u128,
    error: Option<String>,
    response_excerpt: Option<String>,
    events: Vec<EventReply>,
    event_count: u64,
    outcome: &'static str,
}

#[derive(Serialize)]
struct EventReply {
    name: String,
    channel: String,
}

/// Endpoints of one app.
const WEBHOOKS: usize = 20;
/// Attempts shown at once.
const DELIVERIES: u32 = 50;

/// `GET /apps/{app_id}/webhooks`
pub(super) async fn list(
    session: Session,
    app_id: Path<AppId>,
    management: Data<Management>,
) -> Result<Json<WebhooksReply>, ManagementError> {
    let records = management.store.list_webhooks(session.account.tenant_id, *app_id).await?;
    Ok(Json(WebhooksReply { webhooks: records.into_iter().map(WebhookReply::from).collect() }))
}

/// `POST /apps/{app_id}/webhooks`: the endpoint hears what happens from now on.
pub(super) async fn create(
    session: Session,
    app_id: Path<AppId>,
    body: Json<CreateWebhook>,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    let CreateWebhook { url, event_types, batching } = body.into_inner();
    let mut form = Form::default();
    form.take("url", management.targets.check_url(&url));
    let types = event_types.iter().map(|name| name.parse::<OccurrenceType>()).collect::<Result<Vec<_>, _>>();
    let event_types = form.take("event_types", types).unwrap_or_default();
    form.require("event_types", !event_types.is_empty(), "Choose at least one event.");
    form.check()?;
    let present = management.store.list_webhooks(session.account.tenant_id, *app_id).await?;
    at_most(WEBHOOKS, present.len(), "webhook endpoints of an app")?;
    let new = NewWebhook { url, event_types, batching };
    let (record, secret) = management.store.create_webhook(session.account.tenant_id, *app_id, new).await?;
    let signing_secret = Some(secret.expose_secret().to_owned());
    Ok(HttpResponse::Created().json(WebhookReply { signing_secret, ..WebhookReply::from(record) }))
}

/// `DELETE /apps/{app_id}/webhooks/{webhook_id}`: what it was still to hear is dropped.
pub(super) async fn delete(
    session: Session,
    path: Path<(AppId, Uuid)>,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    let (app_id, webhook_id) = path.into_inner();
    management.store.delete_webhook(session.account.tenant_id, app_id, webhook_id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `GET /apps/{app_id}/webhooks/{webhook_id}/deliveries`: the latest attempts, and what waits.
pub(super) async fn deliveries(
    session: Session,
    path: Path<(AppId, Uuid)>,
    management: Data<Management>,
) -> Result<Json<DeliveriesReply>, ManagementError> {
    let (app_id, webhook_id) = path.into_inner();
    let tenant = session.account.tenant_id;
    let found = management.store.list_deliveries(tenant, app_id, webhook_id, DELIVERIES).await?;
    Ok(Json(DeliveriesReply {
        pending: found.pending,
        oldest_pending_at: found.oldest_pending_at,
        next_attempt_at: found.next_attempt_at,
        deliveries: found.attempts.into_iter().map(DeliveryReply::from).collect(),
    }))
}

impl From<WebhookRecord> for WebhookReply {
    fn from(record: WebhookRecord) -> Self {
        Self {
            id: record.id,
            url: record.url,
            event_types: record.event_types,
            batching: record.batching,
            state: record.state.as_str(),
            created_at: record.created_at,
            pending: record.pending,
            last_attempt_at: record.last_attempt_at,
            last_status: record.last_status,
            signing_secret: None,
        }
    }
}

impl From<Delivery> for DeliveryReply {
    fn from(delivery: Delivery) -> Self {
        let events = delivery.events.into_iter();
        Self {
            id: delivery.id,
            attempt: delivery.attempt,
            at: delivery.at,
            status: delivery.status,
            duration_ms: delivery.duration.as_millis(),
            error: delivery.error,
            response_excerpt: delivery.response_excerpt,
            events: events.map(|event| EventReply { name: event.name, channel: event.channel }).collect(),
            event_count: delivery.event_count,
            outcome: if delivery.delivered { "delivered" } else { "failed" },
        }
    }
}
