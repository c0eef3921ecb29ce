//! What an organisation and its apps may use, and how far they are.

use actix_web::web::{Data, Json, Path};
use campanile_control::{AppChange, AppRecord, UsageStep, WEBHOOKS_PER_APP};
use campanile_protocol::{AppId, AppSettings, SettingsChange, TenantQuotas};
use campanile_realtime::{Consumption, Metered};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};
use time::{Duration, OffsetDateTime, serde::rfc3339};

use super::{
    Management, ManagementError,
    rights::{Access, Right},
    routes::Routes,
    session::Session,
    usage::Warning,
    validation::Form,
};
use crate::openapi::{self, Timestamp};

/// What an organisation may use, and how far it is.
#[derive(Serialize, JsonSchema)]
pub(super) struct LimitsReply {
    /// The organisation's plan, if it has one.
    plan: Option<String>,
    /// What all apps may use together.
    limits: Vec<LimitReply>,
    /// What each app may use: its own limits where they are lower.
    apps: Vec<AppLimits>,
    /// Limits that were nearly or wholly used up today, newest first; at most 100.
    warnings: Vec<Warning>,
}

/// What one app may use.
#[derive(Serialize, JsonSchema)]
pub(super) struct AppLimits {
    /// The app.
    app_id: AppId,
    /// Its name.
    name: String,
    /// Its limits.
    limits: Vec<LimitReply>,
}

/// One limit.
#[derive(Serialize, JsonSchema)]
pub(super) struct LimitReply {
    /// As it is called among the settings of an app.
    name: &'static str,
    /// The most that is allowed; absent for no limit.
    most: Option<u64>,
    /// What is used now; absent for a limit on single things.
    used: Option<u64>,
    /// That in hundredths of the limit.
    percent: Option<u64>,
    /// When what is used begins at nothing again.
    #[serde(with = "rfc3339::option")]
    #[schemars(with = "Option<Timestamp>")]
    resets_at: Option<OffsetDateTime>,
}

/// Limits of an app to change; the others stay. Those that may be null are none of its own then.
#[derive(Default, JsonSchema)]
#[schemars(default, deny_unknown_fields, transform = openapi::without_defaults)]
struct LimitsChange {
    /// Connections at once.
    max_connections: Option<u32>,
    /// Messages per UTC day.
    max_messages_per_day: Option<u64>,
    /// Messages published per second.
    max_messages_per_second: Option<u32>,
    /// Users in one presence channel.
    max_presence_members: u32,
    /// Bytes of one event's data.
    max_event_bytes: u32,
    /// Webhook endpoints.
    max_webhook_endpoints: Option<u32>,
}

/// What is used of limits.
#[derive(Default)]
pub(super) struct Used {
    pub(super) now: Consumption,
    pub(super) webhook_endpoints: u64,
}

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.get("/limits", Access::Has(Right::ViewUsage), get).about("What may be used, and what is");
    routes
        .patch("/apps/{app_id}/limits", Access::Has(Right::ManageLimits), update)
        .about("Change what an app may use; in force at once")
        .takes::<LimitsChange>();
}

/// `GET /limits`: what the organisation and its apps may use, and use now.
async fn get(session: Session, management: Data<Management>) -> Result<Json<LimitsReply>, ManagementError> {
    let (tenant, store) = (session.tenant_id, &management.store);
    let in_force = store.tenant_limits(tenant).await?;
    let (webhook_endpoints, of_apps) = store.count_webhooks(tenant).await?;
    let today = UsageStep::Day.floor(OffsetDateTime::now_utc());
    let apps = store.list_apps(tenant).await?.into_iter();
    let apps = apps.map(|app| management.app_limits(app, &in_force.limits, &of_apps, today));
    let used = Used { now: management.node.consumption(Metered::tenant(tenant)), webhook_endpoints };
    let apps = apps.collect();
    let warnings = store.list_warnings(tenant, None, today).await?;
    Ok(Json(LimitsReply {
        limits: list(&in_force.limits, &used, today),
        plan: in_force.plan,
        apps,
        warnings: warnings.into_iter().map(Warning::from).collect(),
    }))
}

/// `PATCH /apps/{app_id}/limits`: in force at once. Nobody is disconnected.
async fn update(
    session: Session,
    app_id: Path<AppId>,
    body: Json<Map<String, Value>>,
    management: Data<Management>,
) -> Result<Json<AppLimits>, ManagementError> {
    let (tenant, store) = (session.tenant_id, &management.store);
    let in_force = store.tenant_limits(tenant).await?;
    let change = check(body.into_inner(), &in_force.limits)?;
    let change = AppChange { settings: Some(change), ..AppChange::default() };
    let app = store.update_app(tenant, *app_id, change).await?;
    management.directory.refresh(*app_id).await;
    let (_, of_apps) = store.count_webhooks(tenant).await?;
    let today = UsageStep::Day.floor(OffsetDateTime::now_utc());
    Ok(Json(management.app_limits(app, &in_force.limits, &of_apps, today)))
}

/// Limits, and no other settings; none of them above the organisation's, where it would not count.
fn check(given: Map<String, Value>, tenant: &TenantQuotas) -> Result<SettingsChange, ManagementError> {
    let mut form = Form::default();
    for (name, most) in tenant.named() {
        let asked = given.get(name).and_then(Value::as_u64);
        let is_lower = most.zip(asked).is_none_or(|(most, asked)| asked <= most);
        form.require(name, is_lower, "This is more than the organisation may use.");
    }
    form.require("limits", given.keys().all(|name| is_limit(name)), "These are not limits of an app.");
    let change = form.take("limits", SettingsChange::parse(given));
    form.check()?;
    change.ok_or(ManagementError::Internal)
}

/// Whether a setting is what an app may use.
pub(super) fn is_limit(setting: &str) -> bool {
    TenantQuotas::default().named().iter().any(|(limit, _)| *limit == setting)
}

/// An app's limits, no higher than its organisation's.
fn own(settings: &AppSettings, tenant: &TenantQuotas) -> TenantQuotas {
    fn lower<T: Ord>(own: Option<T>, tenant: Option<T>) -> Option<T> {
        own.into_iter().chain(tenant).min()
    }
    TenantQuotas {
        max_connections: lower(settings.max_connections, tenant.max_connections),
        max_messages_per_day: lower(settings.max_messages_per_day, tenant.max_messages_per_day),
        max_messages_per_second: lower(settings.max_messages_per_second, tenant.max_messages_per_second),
        max_presence_members: lower(Some(settings.max_presence_members), tenant.max_presence_members),
        max_event_bytes: lower(Some(settings.max_event_bytes), tenant.max_event_bytes),
        max_webhook_endpoints: lower(
            Some(settings.max_webhook_endpoints.unwrap_or(WEBHOOKS_PER_APP).min(WEBHOOKS_PER_APP)),
            tenant.max_webhook_endpoints,
        ),
    }
}

impl LimitReply {
    /// What a plan allows is not used by anyone in particular.
    pub(super) fn unused(self) -> Self {
        Self { used: None, percent: None, resets_at: None, ..self }
    }
}

/// Each limit with what is used of it.
pub(super) fn list(limits: &TenantQuotas, used: &Used, today: OffsetDateTime) -> Vec<LimitReply> {
    let Consumption { connections, messages_today } = used.now;
    let limit = |(name, most): (&'static str, Option<u64>)| {
        let (used, resets_at) = match name {
            "max_connections" => (Some(connections.into()), None),
            "max_messages_per_day" => (Some(messages_today), Some(today + Duration::DAY)),
            "max_webhook_endpoints" => (Some(used.webhook_endpoints), None),
            _ => (None, None),
        };
        let percent = most.zip(used).map(|(most, used)| used.saturating_mul(100) / most.max(1));
        LimitReply { name, most, used, percent, resets_at }
    };
    limits.named().map(limit).into()
}

impl Management {
    fn app_limits(
        &self,
        app: AppRecord,
        tenant: &TenantQuotas,
        webhooks: &[(AppId, u64)],
        today: OffsetDateTime,
    ) -> AppLimits {
        let now = self.node.consumption(Metered::app(app.tenant_id, app.id));
        let used = Used { now, webhook_endpoints: of_app(webhooks, app.id) };
        let limits = list(&own(&app.settings, tenant), &used, today);
        AppLimits { app_id: app.id, name: app.name, limits }
    }
}

fn of_app(counts: &[(AppId, u64)], app: AppId) -> u64 {
    counts.iter().find(|(id, _)| *id == app).map_or(0, |(_, count)| *count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_apps_limit_is_the_lower_of_its_own_and_its_organisations() {
        let settings = AppSettings { max_connections: Some(10), ..AppSettings::default() };
        let tenant =
            TenantQuotas { max_connections: Some(5), max_messages_per_day: Some(7), ..Default::default() };
        let limits = own(&settings, &tenant);
        assert_eq!((limits.max_connections, limits.max_messages_per_day), (Some(5), Some(7)));
        assert_eq!(
            (limits.max_messages_per_second, limits.max_webhook_endpoints),
            (None, Some(WEBHOOKS_PER_APP))
        );
    }

    #[test]
    fn only_limits_can_be_changed_and_only_to_what_would_count() {
        let tenant = TenantQuotas { max_connections: Some(5), ..Default::default() };
        let check = |json: &str| check(serde_json::from_str(json).unwrap(), &tenant);
        assert!(check(r#"{"max_connections":5,"max_messages_per_second":null}"#).is_ok());
        for refused in [
            r#"{"max_connections":6}"#,
            r#"{"client_events":true}"#,
            r#"{"max_messages_per_second":0}"#,
            r#"{"max_event_bytes":-1}"#,
        ] {
            assert!(matches!(check(refused), Err(ManagementError::Validation(_))), "{refused}");
        }
    }

    #[test]
    fn what_is_used_is_told_in_hundredths_and_when_it_begins_again() {
        let limits = TenantQuotas { max_messages_per_day: Some(200), ..Default::default() };
        let used = Used { now: Consumption { connections: 3, messages_today: 150 }, webhook_endpoints: 0 };
        let listed = list(&limits, &used, OffsetDateTime::UNIX_EPOCH);
        let day = &listed[1];
        assert_eq!(
            (day.percent, day.resets_at),
            (Some(75), Some(OffsetDateTime::UNIX_EPOCH + Duration::DAY))
        );
        assert_eq!((listed[0].used, listed[0].percent), (Some(3), None));
    }
}
