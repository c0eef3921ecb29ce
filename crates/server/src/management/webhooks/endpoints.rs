use actix_web::{
    HttpResponse,
    web::{Data, Json, Path},
};
use campanile_protocol::AppId;
use schemars::JsonSchema;
use secrecy::ExposeSecret;
use serde::Serialize;
use time::{OffsetDateTime, serde::rfc3339};

use super::{
    EndpointPath,
    endpoint::{CreatedEndpointReply, EndpointReply},
    forms::{CreateEndpoint, UpdateEndpoint},
};
use crate::management::{Management, ManagementError, session::Session};
use crate::openapi::Timestamp;

#[derive(Serialize, JsonSchema)]
pub(super) struct EndpointsReply {
    webhooks: Vec<EndpointReply>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RotatedSecretReply")]
pub(super) struct RotatedReply {
    signing_secret: String,
    #[serde(with = "rfc3339")]
    #[schemars(with = "Timestamp")]
    previous_secret_until: OffsetDateTime,
}

/// `GET /apps/{app_id}/webhooks`
pub(super) async fn list(
    session: Session,
    app_id: Path<AppId>,
    management: Data<Management>,
) -> Result<Json<EndpointsReply>, ManagementError> {
    let records = management.store.list_webhooks(session.tenant_id, *app_id).await?;
    Ok(Json(EndpointsReply { webhooks: records.into_iter().map(EndpointReply::from).collect() }))
}

/// `POST /apps/{app_id}/webhooks`: the endpoint hears what happens from now on.
pub(super) async fn create(
    session: Session,
    app_id: Path<AppId>,
    body: Json<CreateEndpoint>,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    let new = body.into_inner().check(&management)?;
    let (store, tenant) = (&management.store, session.tenant_id);
    let (record, secret) = store.create_webhook(tenant, *app_id, new).await?;
    // What happens after the answer is heard; other nodes follow in a moment.
    management.directory.refresh(*app_id).await;
    let reply = CreatedEndpointReply::new(record, &secret);
    Ok(HttpResponse::Created().insert_header(("Cache-Control", "no-store")).json(reply))
}

/// `GET /apps/{app_id}/webhooks/{webhook_id}`
pub(super) async fn get(
    session: Session,
    path: EndpointPath,
    management: Data<Management>,
) -> Result<Json<EndpointReply>, ManagementError> {
    let (app_id, webhook_id) = path.into_inner();
    let record = management.store.get_webhook(session.tenant_id, app_id, webhook_id).await?;
    Ok(Json(record.into()))
}

/// `PATCH /apps/{app_id}/webhooks/{webhook_id}`: in force from the next event; what is recorded already is
/// sent to the new address.
pub(super) async fn update(
    session: Session,
    path: EndpointPath,
    body: Json<UpdateEndpoint>,
    management: Data<Management>,
) -> Result<Json<EndpointReply>, ManagementError> {
    let (app_id, webhook_id) = path.into_inner();
    let change = body.into_inner().check(&management)?;
    let record = management.store.update_webhook(session.tenant_id, app_id, webhook_id, change).await?;
    management.directory.refresh(app_id).await;
    Ok(Json(record.into()))
}

/// `DELETE /apps/{app_id}/webhooks/{webhook_id}`: what it was still to hear is dropped.
pub(super) async fn delete(
    session: Session,
    path: EndpointPath,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    let (app_id, webhook_id) = path.into_inner();
    management.store.delete_webhook(session.tenant_id, app_id, webhook_id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `POST /apps/{app_id}/webhooks/{webhook_id}/pause`: events keep being recorded, and wait.
pub(super) async fn pause(
    session: Session,
    path: EndpointPath,
    management: Data<Management>,
) -> Result<Json<EndpointReply>, ManagementError> {
    let (app_id, webhook_id) = path.into_inner();
    let record = management.store.pause_webhook(session.tenant_id, app_id, webhook_id).await?;
    Ok(Json(record.into()))
}

/// `POST /apps/{app_id}/webhooks/{webhook_id}/resume`: what waits is sent; a disabled endpoint hears again
/// what happens from now on.
pub(super) async fn resume(
    session: Session,
    path: EndpointPath,
    management: Data<Management>,
) -> Result<Json<EndpointReply>, ManagementError> {
    let (app_id, webhook_id) = path.into_inner();
    let record = management.store.resume_webhook(session.tenant_id, app_id, webhook_id).await?;
    management.directory.refresh(app_id).await;
    Ok(Json(record.into()))
}

/// `POST /apps/{app_id}/webhooks/{webhook_id}/rotate-secret`: for a day, deliveries are signed with the
/// new secret and the one before.
pub(super) async fn rotate_secret(
    session: Session,
    path: EndpointPath,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    let (app_id, webhook_id) = path.into_inner();
    let tenant = session.tenant_id;
    let rotated = management.store.rotate_webhook_secret(tenant, app_id, webhook_id).await?;
    tracing::info!(tenant.id = %tenant.0, app.id = %app_id, webhook.id = %webhook_id, "a webhook secret was rotated");
    let reply = RotatedReply {
        signing_secret: rotated.signing_secret.expose_secret().to_owned(),
        previous_secret_until: rotated.previous_secret_until,
    };
    Ok(HttpResponse::Ok().insert_header(("Cache-Control", "no-store")).json(reply))
}
