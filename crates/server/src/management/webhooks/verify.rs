use std::collections::HashMap;

use actix_web::web::{Data, Json};
use campanile_webhooks::Check;
use serde::{Deserialize, Serialize};

use super::EndpointPath;
use crate::management::{Management, ManagementError, session::Session};

/// A request as a receiver got it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Received {
    headers: HashMap<String, String>,
    body: String,
}

#[derive(Serialize)]
pub(super) struct VerifyReply {
    pusher: CheckReply,
    standard: CheckReply,
}

#[derive(Serialize)]
struct CheckReply {
    valid: bool,
    reason: Option<String>,
    /// What the secret would give for this body.
    expected: Option<String>,
}

/// `POST …/verify`: whether it is ours and unaltered, and if not, why not.
pub(super) async fn verify(
    session: Session,
    path: EndpointPath,
    received: Json<Received>,
    management: Data<Management>,
) -> Result<Json<VerifyReply>, ManagementError> {
    let (app_id, webhook_id) = path.into_inner();
    let Received { headers, body } = received.into_inner();
    let found = management.workbench.verify(session.tenant_id, app_id, webhook_id, &headers, &body).await?;
    Ok(Json(VerifyReply { pusher: found.pusher.into(), standard: found.standard.into() }))
}

impl From<Check> for CheckReply {
    fn from(check: Check) -> Self {
        Self { valid: check.valid, reason: check.reason, expected: check.expected }
    }
}
