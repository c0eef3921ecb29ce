use std::collections::HashMap;

use actix_web::web::{Data, Json};
use campanile_control::Act;
use campanile_webhooks::Check;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::EndpointPath;
use crate::management::{Management, ManagementError, session::Session};

/// A request as a receiver got it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Received {
    headers: HashMap<String, String>,
    body: String,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct VerifyReply {
    pusher: CheckReply,
    standard: CheckReply,
}

#[derive(Serialize, JsonSchema)]
struct CheckReply {
    valid: bool,
    reason: Option<String>,
    /// What the secret would give for this body.
    expected: Option<String>,
}

/// `POST …/verify`: whether it is ours and unaltered, and if not, why not. What is expected is signed as anything
/// of the app's would be: who may not see its secrets may not have it either, and the audit log tells of it.
pub(super) async fn verify(
    session: Session,
    path: EndpointPath,
    received: Json<Received>,
    management: Data<Management>,
) -> Result<Json<VerifyReply>, ManagementError> {
    let (app_id, webhook_id) = path.into_inner();
    let Received { headers, body } = received.into_inner();
    let (tenant, store) = (session.tenant_id, &management.store);
    let found = management.workbench.verify(tenant, app_id, webhook_id, &headers, &body).await?;
    let target = webhook_id.to_string();
    let act = Act { action: "webhook.verified", target_id: &target, after: None };
    store.record_act(tenant, Some(app_id), act).await?;
    Ok(Json(VerifyReply { pusher: found.pusher.into(), standard: found.standard.into() }))
}

impl From<Check> for CheckReply {
    fn from(check: Check) -> Self {
        Self { valid: check.valid, reason: check.reason, expected: check.expected }
    }
}
