use std::time::Duration;

use actix_web::{
    HttpResponse,
    web::{Data, Json},
};
use campanile_webhooks::ListenerReport;
use schemars::JsonSchema;
use serde::Deserialize;
use uuid::Uuid;

use super::EndpointPath;
use crate::management::{Management, ManagementError, session::Program};

/// What a listening program's own server answered.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Outcome {
    id: Uuid,
    status: Option<u16>,
    duration_ms: u64,
    error: Option<String>,
}

/// `POST /apps/{app_id}/webhooks/listen/{listener}/results`: settles one delivery; what failed comes again
/// as the schedule says. 404 when it is no longer waited for.
pub(super) async fn report(
    program: Program,
    path: EndpointPath,
    outcome: Json<Outcome>,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    let (app_id, listener) = path.into_inner();
    let Outcome { id, status, duration_ms, error } = outcome.into_inner();
    let report = ListenerReport { id, status, duration: Duration::from_millis(duration_ms), error };
    management.listeners.report(program.0.tenant_id, app_id, listener, report).await?;
    Ok(HttpResponse::NoContent().finish())
}
