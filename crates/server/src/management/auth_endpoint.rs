//! Calls an app's authorisation endpoint as a client would, and explains the answer.

mod explain;

use std::collections::BTreeMap;

use actix_web::web::{Data, Json, Path};
use campanile_protocol::{AppId, ChannelName, SocketId};
use campanile_webhooks::{Ping, TestResult};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::form_urlencoded;
use uuid::Uuid;

use self::explain::{Answer, Finding};
use super::{
    Management, ManagementError,
    rights::{Access, Right},
    routes::Routes,
    session::Session,
    validation::Form,
    webhooks::fields,
};
use crate::openapi::Secret;

/// Which endpoint is to be asked for what.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TestAuthEndpoint {
    /// Where the endpoint is.
    url: String,
    /// The channel that a client asks to join: one that needs a signature.
    channel: String,
    /// Headers to send with it, e.g. what tells the endpoint who asks.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Secret>")]
    headers: fields::Headers,
}

/// What was asked, what was answered and what a client makes of it.
#[derive(Serialize, JsonSchema)]
pub(super) struct AuthTestReply {
    /// Whether a client could join with this answer.
    accepted: bool,
    /// What was looked at, in order; what is wrong comes last.
    findings: Vec<Finding>,
    /// The socket id that was made up: no connection has it, so the answer opens nothing.
    socket_id: String,
    /// The text whose signature is expected, if it came so far.
    expected_text: Option<String>,
    /// What was answered, if anything.
    status: Option<u16>,
    /// How long it took.
    duration_ms: u64,
    /// What was sent, without the values of the given headers.
    request: AuthRequest,
    /// What came back: foreign text, never to be shown as markup.
    response: Option<AuthResponse>,
}

/// The request.
#[derive(Serialize, JsonSchema)]
struct AuthRequest {
    headers: BTreeMap<String, String>,
    body: String,
}

/// The answer.
#[derive(Serialize, JsonSchema)]
struct AuthResponse {
    headers: BTreeMap<String, String>,
    /// The first 4 KiB of its body.
    excerpt: String,
}

/// The tester.
pub(super) fn routes(routes: &mut Routes<'_>) {
    routes
        .post("/apps/{app_id}/auth-endpoint-test", Access::Has(Right::ManageApps), test)
        .about("Ask an authorisation endpoint as a client would, and explain its answer")
        .refuses(&[429]);
}

/// `POST /apps/{app_id}/auth-endpoint-test`: from here, so an endpoint that only the developer's own machine
/// reaches cannot be tested.
pub(super) async fn test(
    session: Session,
    app_id: Path<AppId>,
    body: Json<TestAuthEndpoint>,
    management: Data<Management>,
) -> Result<Json<AuthTestReply>, ManagementError> {
    let realm = management.realm(&session, *app_id).await?;
    let TestAuthEndpoint { url, channel, headers } = body.into_inner();
    let mut form = Form::default();
    fields::url(&mut form, &management, &url);
    let channel = form.take("channel", ChannelName::parse(&channel));
    let is_signed = channel.as_ref().is_none_or(|channel| channel.access().needs_signature());
    form.require(
        "channel",
        is_signed,
        "Clients join this channel without asking. Use a private, encrypted or presence channel.",
    );
    form.check()?;
    let Some(channel) = channel else { return Err(ManagementError::Internal) };
    let ping = Ping { url, headers: fields::headers(headers), timeout: None };
    let ask = async |socket_id: SocketId| {
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("socket_id", &socket_id.to_string())
            .append_pair("channel_name", channel.as_str())
            .finish();
        management.workbench.post_form(session.tenant_id, *app_id, ping.clone(), body).await
    };
    let socket_id = made_up();
    let result = ask(socket_id).await?;
    let app = realm.app().clone();
    let mut explained = explain::explain(&app, socket_id, &channel, &answer(&result));
    if explained.is_signature_wrong {
        // Whether it depends on who asks at all.
        let again = ask(made_up()).await?;
        explained.compare(&answer(&result), &answer(&again));
    }
    Ok(Json(AuthTestReply::of(socket_id, result, explained)))
}

/// Random enough to be nobody's.
fn made_up() -> SocketId {
    SocketId::from_random(Uuid::new_v4().as_u64_pair().1)
}

fn answer(result: &TestResult) -> Answer<'_> {
    Answer {
        error: result.error.as_deref(),
        status: result.status,
        body: result.response.as_ref().map_or("", |response| response.excerpt.as_str()),
    }
}

impl AuthTestReply {
    fn of(socket_id: SocketId, result: TestResult, explained: explain::Explained) -> Self {
        let response = result.response;
        Self {
            accepted: explained.findings.iter().all(|finding| finding.ok),
            findings: explained.findings,
            socket_id: socket_id.to_string(),
            expected_text: explained.expected_text,
            status: result.status,
            duration_ms: result.duration.as_millis() as u64,
            request: AuthRequest { headers: result.request_headers, body: result.request_body },
            response: response
                .map(|response| AuthResponse { headers: response.headers, excerpt: response.excerpt }),
        }
    }
}
