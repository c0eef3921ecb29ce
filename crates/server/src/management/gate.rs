//! What stands before every handler: who is it, may they, and on whose behalf the store is called then.

use actix_web::{
    Error, HttpMessage,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::header,
    middleware::Next,
    web::Data,
};
use campanile_control::{Act, Actor, Origin, Who, acting, acting_as};
use campanile_protocol::AppId;
use serde_json::json;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    Management, ManagementError, request_id,
    rights::{Access, Right},
    session::{self, Person, Session},
};

/// A client's name for itself is cut to this many characters.
const USER_AGENT_CHARS: usize = 200;

/// Lets a request through to its handler if `access` is had; the handler finds who it is among the
/// request's extensions ([`Session`], [`Person`]).
pub(super) async fn pass(
    access: Access,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let origin = origin(&request);
    match identify(access, &request).await {
        Ok(who) => {
            let program = match who {
                Who::Token { id, .. } => Some(id),
                Who::Stranger | Who::User { .. } | Who::Operator { .. } | Who::CommandLine => None,
            };
            let handled = async {
                let answer = next.call(request).await?;
                record(access, program, &answer).await;
                Ok(answer.map_into_boxed_body())
            };
            acting(Actor { who, origin }, handled).await
        }
        // An answer and not an error, so that it passes through what all answers pass through.
        Err(refusal) => Ok(request.error_response(refusal)),
    }
}

/// Records what was done and changed no row. That it was done cannot be taken back if this fails: the log
/// has it then. Of the events that a program sends, the first of an hour: it may send hundreds in a second.
async fn record<B>(access: Access, program: Option<Uuid>, answer: &ServiceResponse<B>) {
    let Access::Has(right) = access else { return };
    let Some(action) = right.unstored_act().filter(|_| answer.status().is_success()) else { return };
    let request = answer.request();
    let Some(session) = request.extensions().get::<Session>().cloned() else { return };
    let management: &Data<Management> = request.app_data().expect("configured with the routes");
    let app: Option<AppId> = request.match_info().get("app_id").and_then(|id| id.parse().ok());
    if right == Right::SendEvents
        && let Some((token, app)) = program.zip(app)
        && !management.senders.is_first(token, app, OffsetDateTime::now_utc())
    {
        return;
    }
    let target = request.match_info().get("socket_id").or(request.match_info().get("user_id"));
    let after = json!({ "request": format!("{} {}", request.method(), request.path()) });
    let act = Act { action, target_id: target.unwrap_or_default(), after: Some(&after) };
    if let Err(error) = management.store.record_act(session.tenant_id, app, act).await {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            ?action,
            path = request.path(),
            "an act is missing in the audit log"
        );
    }
}

async fn identify(access: Access, request: &ServiceRequest) -> Result<Who, ManagementError> {
    match access {
        Access::Anyone => Ok(Who::Stranger),
        Access::Person => person(request).await,
        Access::Has(right) => member(request, right, false).await,
        Access::Program(right) => member(request, right, true).await,
        Access::Operator => operator(request).await,
    }
}

async fn person(request: &ServiceRequest) -> Result<Who, ManagementError> {
    let person = session::find_person(request.request()).await?;
    let who = who_is(&person);
    request.extensions_mut().insert(person);
    Ok(who)
}

/// A person whom the command line has made an operator, wherever they act otherwise.
async fn operator(request: &ServiceRequest) -> Result<Who, ManagementError> {
    let person = session::find_person(request.request()).await?;
    session::management(request.request()).admit_operator(&person.account)?;
    let who = Who::Operator { id: person.account.user_id, name: person.account.email.clone() };
    request.extensions_mut().insert(person);
    Ok(who)
}

async fn member(request: &ServiceRequest, right: Right, programs_only: bool) -> Result<Who, ManagementError> {
    if session::bearer(request.headers()).is_none() {
        let person = session::find_person(request.request()).await?;
        if programs_only {
            return Err(ManagementError::ProgramsOnly);
        }
        let (who, session) = (who_is(&person), Session::of_person(&person, right, request.request())?);
        request.extensions_mut().insert(person);
        request.extensions_mut().insert(session);
        return Ok(who);
    }
    let (record, session) = Session::of_program(request.request(), right).await?;
    request.extensions_mut().insert(session);
    Ok(Who::Token { id: record.id, name: record.name })
}

/// Does a person's work behind a gate that anyone may pass.
pub(super) async fn on_behalf_of<F: Future>(person: &Person, work: F) -> F::Output {
    acting_as(who_is(person), work).await
}

fn who_is(person: &Person) -> Who {
    Who::User { id: person.account.user_id, name: person.account.email.clone() }
}

fn origin(request: &ServiceRequest) -> Origin {
    let proxies = &session::management(request.request()).trusted_proxies;
    let client = request.peer_addr().map(|peer| proxies.client(peer.ip(), request.headers()));
    let agent = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    Origin {
        address: client.map(|address| address.to_string()),
        user_agent: agent.map(|agent| agent.chars().take(USER_AGENT_CHARS).collect()),
        request_id: request_id::current(),
    }
}
