use actix_web::{
    HttpResponse,
    web::{Data, Json, Path},
};
use campanile_control::{AppChange, AppRecord, NewApp};
use campanile_protocol::{AppId, AppSettings, SettingsChange};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use time::OffsetDateTime;

use super::{
    Management, ManagementError,
    keys::KeyReply,
    limits,
    rights::{Access, Right},
    routes::Routes,
    session::Session,
    validation::Form,
};
use crate::openapi::{self, Timestamp};

#[derive(Deserialize, JsonSchema)]
pub(super) struct CreateApp {
    name: String,
}

/// What is absent stays.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UpdateApp {
    name: Option<String>,
    enabled: Option<bool>,
    /// Those to change; the others stay.
    #[schemars(with = "Option<AppSettings>", transform = openapi::without_defaults)]
    settings: Option<Map<String, Value>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct AppsReply {
    apps: Vec<AppReply>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct AppReply {
    id: AppId,
    name: String,
    enabled: bool,
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "Timestamp")]
    created_at: OffsetDateTime,
    settings: AppSettings,
    keys: Vec<KeyReply>,
    /// Open now.
    connections: usize,
}

/// Apps, without their keys.
pub(super) fn routes(routes: &mut Routes<'_>) {
    let (view, manage) = (Access::Has(Right::ViewApps), Access::Has(Right::ManageApps));
    routes.get("/apps", view, list).about("List the apps");
    routes
        .post("/apps", manage, create)
        .about("Make an app with one key")
        .creates::<AppReply>()
        .refuses(&[409]);
    routes.get("/apps/{app_id}", view, get).about("One app");
    routes.patch("/apps/{app_id}", manage, update).about("Change an app; in force at once");
    routes
        .delete("/apps/{app_id}", Access::Has(Right::DeleteApps), delete)
        .about("End an app and its connections")
        .answers_nothing();
}

/// `GET /apps`
pub(super) async fn list(
    session: Session,
    management: Data<Management>,
) -> Result<Json<AppsReply>, ManagementError> {
    let mut records = management.store.list_apps(session.tenant_id).await?;
    records.retain(|record| session.app.is_none_or(|app| app == record.id));
    Ok(Json(AppsReply { apps: records.into_iter().map(|record| management.reply(record)).collect() }))
}

/// `POST /apps`: a new app with one key.
pub(super) async fn create(
    session: Session,
    body: Json<CreateApp>,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    let mut form = Form::default();
    let name = form.name("name", &body.name);
    form.check()?;
    let tenant = session.tenant_id;
    let new = NewApp { name, ..NewApp::default() };
    let record = management.store.create_app(tenant, new).await?;
    Ok(HttpResponse::Created().json(management.reply(record)))
}

/// `GET /apps/{app_id}`
pub(super) async fn get(
    session: Session,
    app_id: Path<AppId>,
    management: Data<Management>,
) -> Result<Json<AppReply>, ManagementError> {
    let record = management.store.get_app(session.tenant_id, *app_id).await?;
    Ok(Json(management.reply(record)))
}

/// `PATCH /apps/{app_id}`: in force at once for open connections too. Only disabling disconnects. What an app may
/// use is among its settings, for those to change who may change limits.
pub(super) async fn update(
    session: Session,
    app_id: Path<AppId>,
    body: Json<UpdateApp>,
    management: Data<Management>,
) -> Result<Json<AppReply>, ManagementError> {
    let UpdateApp { name, enabled, settings } = body.into_inner();
    let mut form = Form::default();
    let name = name.map(|name| form.name("name", &name));
    if settings.iter().flat_map(Map::keys).any(|name| limits::is_limit(name)) {
        session.require(Right::ManageLimits)?;
    }
    let settings = settings.and_then(|given| form.take("settings", SettingsChange::parse(given)));
    form.check()?;
    let tenant = session.tenant_id;
    let change = AppChange { name, enabled, settings };
    let record = management.store.update_app(tenant, *app_id, change).await?;
    Ok(Json(management.reply(record)))
}

/// `DELETE /apps/{app_id}`: its connections are closed and its keys open nothing any more.
pub(super) async fn delete(
    session: Session,
    app_id: Path<AppId>,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    management.store.delete_app(session.tenant_id, *app_id).await?;
    Ok(HttpResponse::NoContent().finish())
}

impl Management {
    fn reply(&self, record: AppRecord) -> AppReply {
        AppReply {
            connections: self.node.find_realm(record.id).map_or(0, |realm| realm.connections()),
            id: record.id,
            name: record.name,
            enabled: record.enabled,
            created_at: record.created_at,
            settings: record.settings,
            keys: self.key_replies(record.id, record.keys),
        }
    }
}
