//! Who changed what.

use actix_web::web::{Data, Json, Query};
use campanile_control::{AuditEntry, AuditQuery};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use time::{OffsetDateTime, serde::rfc3339};
use uuid::Uuid;

use super::{
    Management, ManagementError,
    rights::{Access, Right},
    routes::Routes,
    session::Session,
    validation::Form,
};
use crate::openapi::Timestamp;

const SHOWN: u32 = 50;
const SHOWN_AT_MOST: u32 = 100;

/// Which entries are asked for. An empty value is as good as none: forms send them.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct LogQuery {
    /// The id of a user or token.
    actor: String,
    /// An action like `app.updated`, or `app` for all of an app's.
    action: String,
    /// The id of what it was done to.
    target: String,
    /// The id of the app it belongs to.
    app: String,
    /// RFC 3339: then or later.
    from: String,
    /// RFC 3339: before.
    to: String,
    /// The `next_cursor` of the page before.
    cursor: String,
    /// 1 to 100; 50 if absent.
    limit: Option<u32>,
}

/// A page of the log, newest first.
#[derive(Serialize, JsonSchema)]
pub(super) struct AuditReply {
    entries: Vec<EntryReply>,
    /// For the next page; absent on the last.
    next_cursor: Option<String>,
}

/// One thing that someone did.
#[derive(Serialize, JsonSchema)]
struct EntryReply {
    id: i64,
    #[serde(with = "rfc3339")]
    #[schemars(with = "Timestamp")]
    at: OffsetDateTime,
    actor: ActorReply,
    /// Where the request came from.
    address: Option<String>,
    /// What the client called itself.
    user_agent: Option<String>,
    /// As in the request's answer and in the platform's log.
    request_id: Option<String>,
    /// E.g. `app.updated`.
    action: String,
    app_id: Option<String>,
    target: TargetReply,
    /// What changed, as it was. Secrets are only said to be there.
    #[schemars(with = "Option<Map<String, Value>>")]
    before: Option<Value>,
    /// What changed, as it became.
    #[schemars(with = "Option<Map<String, Value>>")]
    after: Option<Value>,
}

/// Who did it.
#[derive(Serialize, JsonSchema)]
struct ActorReply {
    /// What kind of actor.
    #[schemars(extend("enum" = ["user", "token", "command_line", "operator"]))]
    kind: String,
    id: Option<Uuid>,
    /// An address or a token's name, as it was then.
    name: Option<String>,
}

/// What it was done to.
#[derive(Serialize, JsonSchema)]
struct TargetReply {
    id: Option<String>,
    /// As it was called then.
    name: Option<String>,
}

/// The audit log.
pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.get("/audit", Access::Has(Right::ViewAudit), list).about("Who changed what, newest first");
}

/// `GET /audit`
pub(super) async fn list(
    session: Session,
    query: Query<LogQuery>,
    management: Data<Management>,
) -> Result<Json<AuditReply>, ManagementError> {
    let query = query.into_inner().check()?;
    // One more than is shown, to know whether there is a next page.
    let mut entries = management
        .store
        .list_audit(session.tenant_id, &AuditQuery { limit: query.limit + 1, ..query.clone() })
        .await?;
    let shown = usize::try_from(query.limit).unwrap_or(usize::MAX);
    let has_more = entries.len() > shown;
    entries.truncate(shown);
    let next_cursor = entries.last().filter(|_| has_more).map(|entry| entry.id.to_string());
    Ok(Json(AuditReply { entries: entries.into_iter().map(EntryReply::from).collect(), next_cursor }))
}

impl LogQuery {
    fn check(self) -> Result<AuditQuery, ManagementError> {
        let mut form = Form::default();
        let given = |text: String| (!text.is_empty()).then_some(text);
        let actor = given(self.actor)
            .and_then(|text| form.take("actor", text.parse().map_err(|_| "Use the id of a user or token.")));
        let app =
            given(self.app).and_then(|text| form.take("app", text.parse().map_err(|_| "Use an app's id.")));
        let cursor = "Use the next_cursor of the page before.";
        let before_id =
            given(self.cursor).and_then(|text| form.take("cursor", text.parse().map_err(|_| cursor)));
        let from = given(self.from).and_then(|text| form.time("from", &text));
        let to = given(self.to).and_then(|text| form.time("to", &text));
        form.require("action", !self.action.contains('\0'), "Use an action like app.updated.");
        form.require("target", !self.target.contains('\0'), "Use the id of what was changed.");
        form.check()?;
        Ok(AuditQuery {
            actor,
            action: given(self.action),
            target: given(self.target),
            app,
            from,
            to,
            before_id,
            limit: self.limit.unwrap_or(SHOWN).clamp(1, SHOWN_AT_MOST),
        })
    }
}

impl From<AuditEntry> for EntryReply {
    fn from(entry: AuditEntry) -> Self {
        Self {
            id: entry.id,
            at: entry.at,
            actor: ActorReply { kind: entry.actor_kind, id: entry.actor_id, name: entry.actor_name },
            address: entry.address,
            user_agent: entry.user_agent,
            request_id: entry.request_id,
            action: entry.action,
            app_id: entry.app_id.map(|id| id.to_string()),
            target: TargetReply { id: entry.target_id, name: entry.target_name },
            before: entry.before,
            after: entry.after,
        }
    }
}
