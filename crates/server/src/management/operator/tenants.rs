//! Organisations: a list to search, and one closely.

use actix_web::web::{Data, Json, Path, Query};
use campanile_control::{Store, TenantSearch, UsageStep};
use campanile_protocol::{AppId, TenantId};
use campanile_realtime::Metered;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use super::standing::{Survey, TenantRow};
use crate::management::{
    Management, ManagementError,
    limits::{LimitReply, Used, list as list_limits},
    paging::Paging,
    rights::Access,
    routes::Routes,
    validation::Form,
};

/// Which organisations.
#[derive(Default, Deserialize, JsonSchema)]
pub(super) struct Search {
    /// Part of the name or of a member's address, or the id.
    #[serde(default)]
    search: String,
}

/// A page of organisations.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OperatorTenantsReply")]
pub(super) struct TenantsReply {
    tenants: Vec<TenantRow>,
    /// For the next page; absent on the last.
    next_cursor: Option<String>,
}

/// An organisation, closely.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OperatorTenantReply")]
pub(super) struct TenantReply {
    tenant: TenantRow,
    /// What is in force, its own limits before its plan's, and what is used of it.
    limits: Vec<LimitReply>,
    /// Its own limits; what is null is decided by its plan.
    own_limits: OwnLimits,
    /// Its apps.
    apps: Vec<AppReply>,
}

/// An organisation's own limits, whatever its plan says.
#[derive(Serialize, JsonSchema)]
pub(super) struct OwnLimits {
    max_connections: Option<u32>,
    max_messages_per_day: Option<u64>,
    max_messages_per_second: Option<u32>,
    max_presence_members: Option<u32>,
    max_event_bytes: Option<u32>,
    max_webhook_endpoints: Option<u32>,
}

/// An app of it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OperatorAppReply")]
struct AppReply {
    id: AppId,
    name: String,
    /// What its organisation has set.
    enabled: bool,
    connections: u32,
    messages_today: u64,
}

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes
        .get("/operator/tenants", Access::Operator, list)
        .called("operator_tenants_list")
        .about("The installation's organisations, the newest first");
    routes
        .get("/operator/tenants/{tenant_id}", Access::Operator, get)
        .called("operator_tenants_get")
        .about("One organisation, its limits and its apps");
}

/// `GET /operator/tenants`
async fn list(
    search: Query<Search>,
    paging: Query<Paging>,
    management: Data<Management>,
) -> Result<Json<TenantsReply>, ManagementError> {
    let mut form = Form::default();
    form.require("search", !search.search.contains('\0'), "Use a name, an address or an id.");
    let after = paging.after().and_then(|text| {
        form.take("cursor", text.parse().map_err(|_| "Use the next_cursor of the page before."))
    });
    form.check()?;
    let limit = paging.limit();
    let mut found = management
        .store
        .search_tenants(&TenantSearch {
            text: search.into_inner().search,
            after: after.map(TenantId),
            // One more than is shown, to know whether there is a next page.
            limit: u32::try_from(limit + 1).unwrap_or(u32::MAX),
            ..TenantSearch::default()
        })
        .await?;
    let has_more = found.len() > limit;
    found.truncate(limit);
    let next_cursor = found.last().filter(|_| has_more).map(|last| last.id.0.to_string());
    let survey = Survey::make(&management).await?;
    let tenants = found.into_iter().map(|account| survey.row(&management, account)).collect();
    Ok(Json(TenantsReply { tenants, next_cursor }))
}

/// `GET /operator/tenants/{tenant_id}`
async fn get(
    tenant_id: Path<Uuid>,
    management: Data<Management>,
) -> Result<Json<TenantReply>, ManagementError> {
    describe(&management, TenantId(*tenant_id)).await.map(Json)
}

/// An organisation, closely, as it is now.
pub(super) async fn describe(
    management: &Management,
    tenant: TenantId,
) -> Result<TenantReply, ManagementError> {
    let store = &management.store;
    let account = store.find_tenant_account(tenant).await?.ok_or(ManagementError::NotFound)?;
    let own = store.own_limits(tenant).await?.ok_or(ManagementError::NotFound)?;
    let in_force = store.tenant_limits(tenant).await?.limits;
    let (webhook_endpoints, _) = store.count_webhooks(tenant).await?;
    let used = Used { now: management.node.consumption(Metered::tenant(tenant)), webhook_endpoints };
    let today = UsageStep::Day.floor(OffsetDateTime::now_utc());
    Ok(TenantReply {
        tenant: Survey::make(management).await?.row(management, account),
        limits: list_limits(&in_force, &used, today),
        own_limits: OwnLimits {
            max_connections: own.max_connections,
            max_messages_per_day: own.max_messages_per_day,
            max_messages_per_second: own.max_messages_per_second,
            max_presence_members: own.max_presence_members,
            max_event_bytes: own.max_event_bytes,
            max_webhook_endpoints: own.max_webhook_endpoints,
        },
        apps: apps(store, management, tenant).await?,
    })
}

async fn apps(
    store: &Store,
    management: &Management,
    tenant: TenantId,
) -> Result<Vec<AppReply>, ManagementError> {
    let records = store.list_apps(tenant).await?.into_iter();
    let reply = records.map(|record| {
        let now = management.node.consumption(Metered::app(tenant, record.id));
        AppReply {
            id: record.id,
            name: record.name,
            enabled: record.enabled,
            connections: now.connections,
            messages_today: now.messages_today,
        }
    });
    Ok(reply.collect())
}
