//! What organisations may use, and whether they may use anything.

use std::collections::BTreeMap;

use actix_web::web::{Data, Json, Path};
use campanile_control::{Plan, TermsChange, TermsError};
use campanile_protocol::{TenantId, TenantQuotas};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::tenants::{TenantReply, describe};
use crate::{
    management::{
        Management, ManagementError,
        limits::{LimitReply, Used, list as list_limits},
        rights::Access,
        routes::Routes,
        validation::Form,
    },
    openapi,
};

/// All plans.
#[derive(Serialize, JsonSchema)]
pub(super) struct PlansReply {
    plans: Vec<PlanReply>,
}

/// Limits with a name.
#[derive(Serialize, JsonSchema)]
struct PlanReply {
    name: String,
    /// Whether new organisations get it.
    is_default: bool,
    limits: Vec<LimitReply>,
}

/// What changes; what is absent stays.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = openapi::without_defaults)]
pub(super) struct ChangeTerms {
    /// The name of a plan; null for none.
    #[serde(default, deserialize_with = "present")]
    #[schemars(with = "Option<String>")]
    plan: Option<Option<String>>,
    /// Its own limits; one that is null is the plan's to decide.
    #[serde(default)]
    #[schemars(with = "LimitsSchema")]
    limits: Map<String, Value>,
}

/// Limits of an organisation.
#[derive(Default, JsonSchema)]
#[schemars(default, deny_unknown_fields, transform = openapi::without_defaults, rename = "OwnLimitsChange")]
struct LimitsSchema {
    max_connections: Option<u32>,
    max_messages_per_day: Option<u64>,
    max_messages_per_second: Option<u32>,
    max_presence_members: Option<u32>,
    max_event_bytes: Option<u32>,
    max_webhook_endpoints: Option<u32>,
}

/// Why an organisation is suspended.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Suspend {
    /// 1 to 500 characters, as its members will read it.
    reason: String,
}

const REASON_CHARS: usize = 500;
/// Limits of which less than one would be none.
const AT_LEAST_ONE: [&str; 3] = ["max_messages_per_second", "max_presence_members", "max_event_bytes"];

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes
        .get("/operator/plans", Access::Operator, plans)
        .called("operator_plans")
        .about("The plans that organisations may have");
    routes
        .patch("/operator/tenants/{tenant_id}", Access::Operator, change)
        .called("operator_tenants_change")
        .about("Change an organisation's plan and limits; nobody is disconnected");
    routes
        .post("/operator/tenants/{tenant_id}/suspend", Access::Operator, suspend)
        .called("operator_tenants_suspend")
        .about("Have an organisation's apps take nothing: connections are closed, requests refused");
    routes
        .post("/operator/tenants/{tenant_id}/resume", Access::Operator, resume)
        .called("operator_tenants_resume")
        .about("End a suspension");
}

/// `GET /operator/plans`: by name.
async fn plans(management: Data<Management>) -> Result<Json<PlansReply>, ManagementError> {
    let plan = |Plan { name, is_default, limits }| PlanReply {
        name,
        is_default,
        limits: list_limits(&limits, &Used::default(), time::OffsetDateTime::UNIX_EPOCH)
            .into_iter()
            .map(LimitReply::unused)
            .collect(),
    };
    let plans = management.store.list_plans().await?.into_iter().map(plan).collect();
    Ok(Json(PlansReply { plans }))
}

/// `PATCH /operator/tenants/{tenant_id}`: in force at once.
async fn change(
    tenant_id: Path<Uuid>,
    body: Json<ChangeTerms>,
    management: Data<Management>,
) -> Result<Json<TenantReply>, ManagementError> {
    let tenant = TenantId(*tenant_id);
    let ChangeTerms { plan, limits } = body.into_inner();
    check(&limits)?;
    if plan.iter().flatten().any(|name| name.contains('\0')) {
        return Err(no_such_plan());
    }
    let merge = |own| merged(own, &limits).unwrap_or(own);
    let change = TermsChange { plan, limits: merge };
    match management.store.change_terms(tenant, change).await {
        Ok(()) => {}
        Err(TermsError::NotFound) => return Err(ManagementError::NotFound),
        Err(TermsError::NoSuchPlan) => return Err(no_such_plan()),
        Err(TermsError::Store(error)) => return Err(error.into()),
    }
    management.refresh_tenant(tenant).await?;
    describe(&management, tenant).await.map(Json)
}

/// `POST /operator/tenants/{tenant_id}/suspend`: its connections are closed with 4003, new ones and requests
/// are refused by name. Its people can log in, look, and read the reason; webhooks that wait are delivered.
async fn suspend(
    tenant_id: Path<Uuid>,
    body: Json<Suspend>,
    management: Data<Management>,
) -> Result<Json<TenantReply>, ManagementError> {
    let tenant = TenantId(*tenant_id);
    let reason = body.reason.trim();
    let mut form = Form::default();
    form.require("reason", !reason.is_empty(), "Say why: its members will read it.");
    form.require("reason", reason.chars().count() <= REASON_CHARS, "Use at most 500 characters.");
    form.require("reason", !reason.contains('\0'), "Remove the control characters.");
    form.check()?;
    management.store.suspend_tenant(tenant, reason).await?;
    tracing::info!(tenant.id = %tenant.0, "a tenant was suspended");
    management.refresh_tenant(tenant).await?;
    describe(&management, tenant).await.map(Json)
}

/// `POST /operator/tenants/{tenant_id}/resume`: its clients come back by themselves only if their library
/// tries again after 4003; most do not, until the page is loaded anew.
async fn resume(
    tenant_id: Path<Uuid>,
    management: Data<Management>,
) -> Result<Json<TenantReply>, ManagementError> {
    let tenant = TenantId(*tenant_id);
    management.store.resume_tenant(tenant).await?;
    tracing::info!(tenant.id = %tenant.0, "a tenant was resumed");
    management.refresh_tenant(tenant).await?;
    describe(&management, tenant).await.map(Json)
}

impl Management {
    /// Puts what changed in force here before the answer says so; elsewhere the database tells of it.
    async fn refresh_tenant(&self, tenant: TenantId) -> Result<(), ManagementError> {
        for app in self.store.list_apps(tenant).await? {
            self.directory.refresh(app.id).await;
        }
        Ok(())
    }
}

fn no_such_plan() -> ManagementError {
    ManagementError::Validation(BTreeMap::from([("plan", "There is no such plan.".to_owned())]))
}

/// Each limit that is given is one, and can be one.
fn check(given: &Map<String, Value>) -> Result<(), ManagementError> {
    let mut form = Form::default();
    let is_positive = |name: &&str| given.get(*name).is_none_or(|most| most.as_u64() != Some(0));
    form.require("limits", AT_LEAST_ONE.iter().all(is_positive), "Use at least 1, or null for the plan's.");
    form.take("limits", merged(TenantQuotas::default(), given));
    form.check()
}

/// An organisation's own limits with those that are given in their place.
fn merged(own: TenantQuotas, given: &Map<String, Value>) -> Result<TenantQuotas, serde_json::Error> {
    let mut merged = serde_json::to_value(own)?;
    if let Some(merged) = merged.as_object_mut() {
        merged.extend(given.clone());
    }
    serde_json::from_value(merged)
}

/// Tells null from absent.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(json: &str) -> Map<String, Value> {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn limits_that_are_not_given_stay_and_null_leaves_it_to_the_plan() {
        let own = TenantQuotas { max_connections: Some(5), max_event_bytes: Some(7), ..Default::default() };
        let change = given(r#"{"max_connections":null,"max_messages_per_day":9}"#);
        let expected =
            TenantQuotas { max_event_bytes: Some(7), max_messages_per_day: Some(9), ..Default::default() };
        assert_eq!(merged(own, &change).unwrap(), expected);
    }

    #[test]
    fn what_is_no_limit_is_refused() {
        for refused in [
            r#"{"max_connections":-1}"#,
            r#"{"max_connections":4294967296}"#,
            r#"{"max_messages_per_second":0}"#,
            r#"{"colour":1}"#,
        ] {
            assert!(check(&given(refused)).is_err(), "{refused}");
        }
        assert!(check(&given(r#"{"max_connections":0,"max_event_bytes":null}"#)).is_ok());
    }

    #[test]
    fn a_plan_that_is_null_is_told_from_one_that_is_not_given() {
        let plan = |json| serde_json::from_str::<ChangeTerms>(json).unwrap().plan;
        assert_eq!((plan("{}"), plan(r#"{"plan":null}"#)), (None, Some(None)));
        assert_eq!(plan(r#"{"plan":"pro"}"#), Some(Some("pro".to_owned())));
    }
}
