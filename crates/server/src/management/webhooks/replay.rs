use actix_web::{
    HttpResponse,
    web::{Data, Json},
};
use campanile_control::{ReplayRange, Replayed};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, serde::rfc3339};
use uuid::Uuid;

use super::{EndpointPath, Within};
use crate::management::{Management, ManagementError, session::Session, validation::Form};
use crate::openapi::Timestamp;

/// `from` and `to`, or `failed_since`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReplayMany {
    #[serde(default, with = "rfc3339::option")]
    #[schemars(with = "Option<Timestamp>")]
    from: Option<OffsetDateTime>,
    #[serde(default, with = "rfc3339::option")]
    #[schemars(with = "Option<Timestamp>")]
    to: Option<OffsetDateTime>,
    #[serde(default, with = "rfc3339::option")]
    #[schemars(with = "Option<Timestamp>")]
    failed_since: Option<OffsetDateTime>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct ReplayReply {
    /// Which repetition of the delivery this is.
    pub(super) replay: u32,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct ReplayedReply {
    deliveries: u64,
    /// There were more than are replayed at once. What waits for its replay is passed over, so asking again
    /// takes the next; but with `from` and `to`, what has been sent again by then is taken anew.
    is_truncated: bool,
}

/// `POST …/deliveries/{delivery_id}/replay`: the same id and bytes, signed anew.
pub(super) async fn one(
    session: Session,
    path: Within<Uuid>,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    let (app_id, webhook_id, delivery_id) = path.into_inner();
    let replay = management.store.replay_delivery(session.tenant_id, app_id, webhook_id, delivery_id).await?;
    Ok(HttpResponse::Accepted().json(ReplayReply { replay }))
}

/// `POST …/replay`: oldest first.
pub(super) async fn many(
    session: Session,
    path: EndpointPath,
    body: Json<ReplayMany>,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    let (app_id, webhook_id) = path.into_inner();
    let range = body.range()?;
    let replayed = management.store.replay_deliveries(session.tenant_id, app_id, webhook_id, range).await?;
    Ok(HttpResponse::Accepted().json(ReplayedReply::from(replayed)))
}

impl ReplayMany {
    fn range(&self) -> Result<ReplayRange, ManagementError> {
        let given = [("from", self.from), ("to", self.to), ("failed_since", self.failed_since)];
        let [from, to, since] = Form::moments(given)?;
        let mut form = Form::default();
        match (from, to, since) {
            (Some(from), Some(to), None) if from <= to => return Ok(ReplayRange::Between { from, to }),
            (None, None, Some(since)) => return Ok(ReplayRange::FailedSince(since)),
            (Some(_), Some(_), None) => form.require("to", false, "Choose a time after the beginning."),
            _ => form.require("from", false, "Give either from and to, or failed_since."),
        }
        form.check()?;
        Err(ManagementError::Internal)
    }
}

impl From<Replayed> for ReplayedReply {
    fn from(replayed: Replayed) -> Self {
        Self { deliveries: replayed.deliveries, is_truncated: replayed.is_truncated }
    }
}
