use actix_web::{
    HttpResponse,
    web::{Data, Json, Path},
};
use campanile_control::{AppChange, AppRecord, KeyRecord, NewApp};
use campanile_protocol::{AppId, AppSettings, SettingsChange};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    Management, ManagementError,
    session::Session,
    validation::{Form, at_most},
};

#[derive(Deserialize)]
pub(super) struct CreateApp {
    name: String,
}

/// What is absent stays.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UpdateApp {
    name: Option<String>,
    enabled: Option<bool>,
    settings: Option<Map<String, Value>>,
}

#[derive(Serialize)]
pub(super) struct AppsReply {
    apps: Vec<AppReply>,
}

#[derive(Serialize)]
pub(super) struct AppReply {
    id: AppId,
    name: String,
    enabled: bool,
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    settings: AppSettings,
    keys: Vec<KeyReply>,
    /// Open now.
    connections: usize,
}

/// A key without its secret.
#[derive(Serialize)]
pub(super) struct KeyReply {
    id: Uuid,
    key: String,
    label: String,
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
}

/// Apps of one tenant.
const APPS: usize = 100;

/// `GET /apps`
pub(super) async fn list(
    session: Session,
    management: Data<Management>,
) -> Result<Json<AppsReply>, ManagementError> {
    let records = management.store.list_apps(session.tenant_id).await?;
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
    at_most(APPS, management.store.list_apps(tenant).await?.len(), "apps")?;
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

/// `PATCH /apps/{app_id}`: in force at once for open connections too. Only disabling disconnects.
pub(super) async fn update(
    session: Session,
    app_id: Path<AppId>,
    body: Json<UpdateApp>,
    management: Data<Management>,
) -> Result<Json<AppReply>, ManagementError> {
    let UpdateApp { name, enabled, settings } = body.into_inner();
    let mut form = Form::default();
    let name = name.map(|name| form.name("name", &name));
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
            keys: record.keys.into_iter().map(KeyReply::from).collect(),
        }
    }
}

impl From<KeyRecord> for KeyReply {
    fn from(record: KeyRecord) -> Self {
        Self {
            id: record.id,
            key: record.key.as_str().to_owned(),
            label: record.label,
            created_at: record.created_at,
        }
    }
}
