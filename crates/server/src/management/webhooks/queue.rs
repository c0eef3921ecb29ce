use actix_web::{
    HttpResponse,
    web::{Data, Json, Query},
};
use campanile_control::{Queue, QueueLane, WaitingEvent};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, serde::rfc3339};
use uuid::Uuid;

use super::{EndpointPath, Within, delivery::DeliveryReply};
use crate::management::{Management, ManagementError, session::Session};
use crate::openapi::Timestamp;

const SHOWN: u32 = 50;
const SHOWN_AT_MOST: u32 = 100;

#[derive(Deserialize, JsonSchema)]
pub(super) struct QueueQuery {
    limit: Option<u32>,
}

/// What waits behind what.
#[derive(Serialize, JsonSchema)]
pub(super) struct QueueReply {
    lanes: Vec<LaneReply>,
    replays: u64,
}

#[derive(Serialize, JsonSchema)]
struct LaneReply {
    n: u8,
    head: u64,
    cursor: u64,
    pending: u64,
    blocked_by: Option<DeliveryReply>,
    #[serde(with = "rfc3339::option")]
    #[schemars(with = "Option<Timestamp>")]
    next_attempt_at: Option<OffsetDateTime>,
    waiting: Vec<WaitingReply>,
}

#[derive(Serialize, JsonSchema)]
struct WaitingReply {
    seq: u64,
    id: Uuid,
    name: String,
    channel: Option<String>,
    #[serde(with = "rfc3339")]
    #[schemars(with = "Timestamp")]
    occurred_at: OffsetDateTime,
}

/// `GET …/queue`
pub(super) async fn get(
    session: Session,
    path: EndpointPath,
    query: Query<QueueQuery>,
    management: Data<Management>,
) -> Result<Json<QueueReply>, ManagementError> {
    let (app_id, webhook_id) = path.into_inner();
    let limit = query.limit.unwrap_or(SHOWN).min(SHOWN_AT_MOST);
    let queue = management.store.get_queue(session.tenant_id, app_id, webhook_id, limit).await?;
    Ok(Json(queue.into()))
}

/// `POST …/queue/{lane}/skip`: what a lane keeps trying becomes a dead letter, and the lane goes on. 404 when
/// the endpoint has no such lane, 409 when the lane keeps trying nothing.
pub(super) async fn skip(
    session: Session,
    path: Within<u8>,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    let (app_id, webhook_id, lane) = path.into_inner();
    let webhook = management.store.get_webhook(session.tenant_id, app_id, webhook_id).await?;
    if lane >= webhook.lanes {
        return Err(ManagementError::NotFound);
    }
    management.store.skip_batch(session.tenant_id, app_id, webhook_id, lane).await?;
    Ok(HttpResponse::NoContent().finish())
}

impl From<Queue> for QueueReply {
    fn from(queue: Queue) -> Self {
        Self { lanes: queue.lanes.into_iter().map(LaneReply::from).collect(), replays: queue.replays }
    }
}

impl From<QueueLane> for LaneReply {
    fn from(lane: QueueLane) -> Self {
        Self {
            n: lane.n,
            head: lane.head,
            cursor: lane.cursor,
            pending: lane.pending,
            blocked_by: lane.blocked_by.map(DeliveryReply::from),
            next_attempt_at: lane.next_attempt_at,
            waiting: lane.waiting.into_iter().map(WaitingReply::from).collect(),
        }
    }
}

impl From<WaitingEvent> for WaitingReply {
    fn from(event: WaitingEvent) -> Self {
        Self {
            seq: event.seq,
            id: event.id,
            name: event.name,
            channel: event.channel,
            occurred_at: event.occurred_at,
        }
    }
}
