use actix_web::{
    HttpResponse,
    web::{Data, Json, Query},
};
use campanile_control::{DeliveryQuery, DeliveryState, ReplayRange, WebhookError};
use uuid::Uuid;

use super::{
    EndpointPath, Within,
    deliveries::{LogQuery, PageReply},
    replay::{ReplayReply, ReplayedReply},
};
use crate::management::{Management, ManagementError, session::Session};

/// `GET …/dead-letters`: what was given up, newest first.
pub(super) async fn list(
    session: Session,
    path: EndpointPath,
    query: Query<LogQuery>,
    management: Data<Management>,
) -> Result<Json<PageReply>, ManagementError> {
    let (app_id, webhook_id) = path.into_inner();
    let query = query.into_inner().check()?;
    let query = DeliveryQuery { state: Some(DeliveryState::Dead), ..query };
    let page = management.store.list_deliveries(session.tenant_id, app_id, webhook_id, &query).await?;
    Ok(Json(page.into()))
}

/// `POST …/dead-letters/{delivery_id}/replay`: one of them. 409 when the delivery is none.
pub(super) async fn replay(
    session: Session,
    path: Within<Uuid>,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    let (app_id, webhook_id, delivery_id) = path.into_inner();
    let (store, tenant) = (&management.store, session.tenant_id);
    let detail = store.get_delivery(tenant, app_id, webhook_id, delivery_id).await?;
    if detail.delivery.state != DeliveryState::Dead {
        return Err(WebhookError::NotDead.into());
    }
    let replay = store.replay_delivery(tenant, app_id, webhook_id, delivery_id).await?;
    Ok(HttpResponse::Accepted().json(ReplayReply { replay }))
}

/// `POST …/dead-letters/replay`: all of them, oldest first.
pub(super) async fn replay_all(
    session: Session,
    path: EndpointPath,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    let (app_id, webhook_id) = path.into_inner();
    let all = ReplayRange::DeadLetters;
    let replayed = management.store.replay_deliveries(session.tenant_id, app_id, webhook_id, all).await?;
    Ok(HttpResponse::Accepted().json(ReplayedReply::from(replayed)))
}

/// `DELETE …/dead-letters/{delivery_id}`: nobody wants it any more; the log still has it.
pub(super) async fn discard(
    session: Session,
    path: Within<Uuid>,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    let (app_id, webhook_id, delivery_id) = path.into_inner();
    management.store.discard_dead_letter(session.tenant_id, app_id, webhook_id, delivery_id).await?;
    Ok(HttpResponse::NoContent().finish())
}
