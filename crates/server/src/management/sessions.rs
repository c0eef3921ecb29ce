//! Where one is logged in.

use actix_web::{
    HttpResponse,
    web::{Data, Json, Path},
};
use campanile_control::SessionRecord;
use schemars::JsonSchema;
use secrecy::ExposeSecret;
use serde::Serialize;
use time::{OffsetDateTime, serde::rfc3339};
use uuid::Uuid;

use super::{Management, ManagementError, rights::Access, routes::Routes, session::Person};
use crate::openapi::Timestamp;

/// One's own sessions.
#[derive(Serialize, JsonSchema)]
pub(super) struct SessionsReply {
    sessions: Vec<SessionItem>,
}

/// One place where a person is logged in.
#[derive(Serialize, JsonSchema)]
struct SessionItem {
    id: Uuid,
    #[serde(with = "rfc3339")]
    #[schemars(with = "Timestamp")]
    created_at: OffsetDateTime,
    /// To the minute.
    #[serde(with = "rfc3339")]
    #[schemars(with = "Timestamp")]
    last_used_at: OffsetDateTime,
    /// From where they logged in.
    address: Option<String>,
    /// What the browser called itself then.
    user_agent: Option<String>,
    /// Whether it is the one that asks.
    is_current: bool,
}

/// How many sessions ended.
#[derive(Serialize, JsonSchema)]
pub(super) struct EndedReply {
    ended: u64,
}

/// Sessions.
pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.get("/me/sessions", Access::Person, list).about("Where you are logged in");
    routes.delete("/me/sessions", Access::Person, delete_others).about("End all other sessions");
    routes
        .delete("/me/sessions/{session_id}", Access::Person, delete)
        .about("End a session")
        .answers_nothing();
}

/// `GET /me/sessions`: the last used first.
pub(super) async fn list(
    person: Person,
    management: Data<Management>,
) -> Result<Json<SessionsReply>, ManagementError> {
    let records =
        management.store.list_sessions(person.account.user_id, person.token.expose_secret()).await?;
    Ok(Json(SessionsReply { sessions: records.into_iter().map(SessionItem::from).collect() }))
}

/// `DELETE /me/sessions/{session_id}`: the next request with it is refused.
pub(super) async fn delete(
    person: Person,
    session_id: Path<Uuid>,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    if !management.store.revoke_session(person.account.user_id, *session_id).await? {
        return Err(ManagementError::NotFound);
    }
    Ok(HttpResponse::NoContent().finish())
}

/// `DELETE /me/sessions`: all but the one that asks.
pub(super) async fn delete_others(
    person: Person,
    management: Data<Management>,
) -> Result<Json<EndedReply>, ManagementError> {
    let ended =
        management.store.revoke_other_sessions(person.account.user_id, person.token.expose_secret()).await?;
    Ok(Json(EndedReply { ended }))
}

impl From<SessionRecord> for SessionItem {
    fn from(record: SessionRecord) -> Self {
        Self {
            id: record.id,
            created_at: record.created_at,
            last_used_at: record.last_seen_at,
            address: record.address,
            user_agent: record.user_agent,
            is_current: record.is_current,
        }
    }
}
