//! What operators did.

use actix_web::web::{Data, Json, Query};
use campanile_control::OperatorEntry;
use campanile_protocol::TenantId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use time::{OffsetDateTime, serde::rfc3339};
use uuid::Uuid;

use crate::{
    management::{
        Management, ManagementError, paging::Paging, rights::Access, routes::Routes, validation::Form,
    },
    openapi::Timestamp,
};

/// Whose entries.
#[derive(Default, Deserialize, JsonSchema)]
pub(super) struct LogQuery {
    /// Those that concern this organisation.
    #[serde(default)]
    tenant: String,
}

/// A page of the log, newest first.
#[derive(Serialize, JsonSchema)]
pub(super) struct LogReply {
    entries: Vec<EntryReply>,
    /// For the next page; absent on the last.
    next_cursor: Option<String>,
}

/// One thing that an operator did.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OperatorEntryReply")]
struct EntryReply {
    id: i64,
    #[serde(with = "rfc3339")]
    #[schemars(with = "Timestamp")]
    at: OffsetDateTime,
    /// The operator's address; absent for the command line.
    operator: Option<String>,
    /// Where the request came from.
    address: Option<String>,
    request_id: Option<String>,
    /// E.g. `tenant.updated`.
    action: String,
    tenant_id: Option<Uuid>,
    /// The organisation's name, while it exists.
    tenant_name: Option<String>,
    target_id: Option<String>,
    target_name: Option<String>,
    /// What changed, as it was.
    #[schemars(with = "Option<Map<String, Value>>")]
    before: Option<Value>,
    /// What changed, as it became.
    #[schemars(with = "Option<Map<String, Value>>")]
    after: Option<Value>,
}

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes
        .get("/operator/log", Access::Operator, list)
        .called("operator_log")
        .about("What operators did, newest first");
}

/// `GET /operator/log`
async fn list(
    query: Query<LogQuery>,
    paging: Query<Paging>,
    management: Data<Management>,
) -> Result<Json<LogReply>, ManagementError> {
    let mut form = Form::default();
    let before_id = paging.after().and_then(|text| {
        form.take("cursor", text.parse().map_err(|_| "Use the next_cursor of the page before."))
    });
    let tenant = Some(query.tenant.as_str()).filter(|text| !text.is_empty()).and_then(|text| {
        form.take("tenant", text.parse().map(TenantId).map_err(|_| "Use an organisation's id."))
    });
    form.check()?;
    let limit = paging.limit();
    let asked = u32::try_from(limit + 1).unwrap_or(u32::MAX);
    let mut entries = management.store.list_operator_log(tenant, before_id, asked).await?;
    let has_more = entries.len() > limit;
    entries.truncate(limit);
    let next_cursor = entries.last().filter(|_| has_more).map(|entry| entry.id.to_string());
    Ok(Json(LogReply { entries: entries.into_iter().map(EntryReply::from).collect(), next_cursor }))
}

impl From<OperatorEntry> for EntryReply {
    fn from(entry: OperatorEntry) -> Self {
        Self {
            id: entry.id,
            at: entry.at,
            operator: entry.actor_name,
            address: entry.address,
            request_id: entry.request_id,
            action: entry.action,
            tenant_id: entry.tenant_id,
            tenant_name: entry.tenant_name,
            target_id: entry.target_id,
            target_name: entry.target_name,
            before: entry.before,
            after: entry.after,
        }
    }
}
