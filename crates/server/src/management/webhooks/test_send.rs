//! An example event, sent now: to an endpoint, or to an address that is not saved yet.

use std::collections::BTreeMap;

use actix_web::web::{Bytes, Data, Json, Path};
use campanile_protocol::{AppId, OccurrenceType};
use campanile_webhooks::{Ping, TestResult};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    EndpointPath,
    endpoint::milliseconds,
    fields::{self, Headers},
};
use crate::{
    management::{Management, ManagementError, session::Session, validation::Form},
    openapi::Secret,
};

#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SendTest {
    #[schemars(with = "Option<OccurrenceType>")]
    event_type: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PingAddress {
    url: String,
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Secret>")]
    headers: Headers,
    timeout_ms: Option<u64>,
}

/// What was sent and what came back.
#[derive(Serialize, JsonSchema)]
pub(super) struct TestReply {
    status: Option<u16>,
    duration_ms: u64,
    error: Option<String>,
    request: RequestReply,
    response: Option<ResponseReply>,
}

#[derive(Serialize, JsonSchema)]
struct RequestReply {
    headers: BTreeMap<String, String>,
    body: String,
}

#[derive(Serialize, JsonSchema)]
struct ResponseReply {
    headers: BTreeMap<String, String>,
    excerpt: String,
}

/// `POST /apps/{app_id}/webhooks/{webhook_id}/test`: as a delivery, but in no log and no order.
pub(super) async fn send(
    session: Session,
    path: EndpointPath,
    body: Bytes,
    management: Data<Management>,
) -> Result<Json<TestReply>, ManagementError> {
    let (app_id, webhook_id) = path.into_inner();
    let SendTest { event_type } = fields::optional(&body)?;
    let mut form = Form::default();
    let event_type = event_type.and_then(|name| form.take("event_type", name.parse()));
    form.check()?;
    let sent = management.workbench.send_test(session.tenant_id, app_id, webhook_id, event_type).await?;
    Ok(Json(sent.into()))
}

/// `POST /apps/{app_id}/webhooks/test`: signed with a secret that nobody keeps.
pub(super) async fn ping(
    session: Session,
    app_id: Path<AppId>,
    body: Json<PingAddress>,
    management: Data<Management>,
) -> Result<Json<TestReply>, ManagementError> {
    let PingAddress { url, headers, timeout_ms } = body.into_inner();
    let mut form = Form::default();
    fields::url(&mut form, &management, &url);
    form.check()?;
    let ping = Ping { url, headers: fields::headers(headers), timeout: timeout_ms.map(fields::timeout) };
    let sent = management.workbench.ping(session.tenant_id, *app_id, ping).await?;
    Ok(Json(sent.into()))
}

impl From<TestResult> for TestReply {
    fn from(result: TestResult) -> Self {
        Self {
            status: result.status,
            duration_ms: milliseconds(result.duration),
            error: result.error,
            request: RequestReply { headers: result.request_headers, body: result.request_body },
            response: result
                .response
                .map(|response| ResponseReply { headers: response.headers, excerpt: response.excerpt }),
        }
    }
}
