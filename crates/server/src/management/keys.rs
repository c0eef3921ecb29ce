mod rotation;

use actix_web::{
    HttpResponse,
    web::{Data, Json, Path},
};
use campanile_control::KeyRecord;
use campanile_protocol::AppId;
use campanile_realtime::KeyUse;
use schemars::JsonSchema;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    Management, ManagementError,
    rights::{Access, Right},
    routes::Routes,
    session::Session,
    validation::Form,
};
use crate::openapi::Timestamp;

/// An app and one of its keys.
type OnePath = Path<(AppId, Uuid)>;

/// A new key.
#[derive(Deserialize, JsonSchema)]
pub(super) struct CreateKey {
    /// What it is called; at most 80 characters.
    label: Option<String>,
}

/// A key's secret.
#[derive(Serialize, JsonSchema)]
pub(super) struct Revealed {
    key: String,
    secret: String,
}

/// An app's keys, oldest first.
#[derive(Serialize, JsonSchema)]
pub(super) struct KeysReply {
    keys: Vec<KeyReply>,
}

/// A key without its secret.
#[derive(Serialize, JsonSchema)]
pub(super) struct KeyReply {
    /// Names it in this API.
    pub(super) id: Uuid,
    /// What clients connect with.
    key: String,
    /// What it is called; may be empty.
    label: String,
    /// Whether it opens anything, and for how long.
    state: KeyState,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "Timestamp")]
    created_at: OffsetDateTime,
    /// Who made it: a person's address or a token's name. Null for those of the operator and of old.
    created_by: Option<String>,
    /// When it last opened a connection or signed a request, to the minute; null if never.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schemars(with = "Option<Timestamp>")]
    last_used_at: Option<OffsetDateTime>,
    /// When it stops, or stopped, opening anything; null if it was not rotated.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schemars(with = "Option<Timestamp>")]
    expires_at: Option<OffsetDateTime>,
    /// Open connections that were made with it.
    pub(super) connections: usize,
}

/// Whether a key opens anything.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum KeyState {
    /// It does.
    Active,
    /// It does until it expires: it was rotated.
    Expiring,
    /// It does not any more.
    Expired,
}

/// Keys of an app.
pub(super) fn routes(routes: &mut Routes<'_>) {
    let (view, manage) = (Access::Has(Right::ViewApps), Access::Has(Right::ManageKeys));
    routes.get("/apps/{app_id}/keys", view, list).about("List an app's keys");
    routes
        .post("/apps/{app_id}/keys", manage, create)
        .about("Make one more key")
        .creates::<KeyReply>()
        .refuses(&[409]);
    routes.patch("/apps/{app_id}/keys/{key_id}", manage, rotation::label).about("Call a key otherwise");
    routes
        .delete("/apps/{app_id}/keys/{key_id}", manage, delete)
        .about("Revoke a key; open connections stay")
        .answers_nothing();
    routes
        .get("/apps/{app_id}/keys/{key_id}/impact", view, rotation::impact)
        .about("What revoking a key would do now");
    routes
        .post("/apps/{app_id}/keys/{key_id}/rotate", manage, rotation::rotate)
        .about("Follow a key by a new one; both are valid for a time")
        .creates::<rotation::RotatedReply>()
        .refuses(&[409]);
    routes
        .post("/apps/{app_id}/keys/{key_id}/reveal", Access::Has(Right::RevealSecrets), reveal)
        .about("A key's secret")
        .answers::<Revealed>();
}

/// `GET /apps/{app_id}/keys`
pub(super) async fn list(
    session: Session,
    app_id: Path<AppId>,
    management: Data<Management>,
) -> Result<Json<KeysReply>, ManagementError> {
    let app = management.store.get_app(session.tenant_id, *app_id).await?;
    Ok(Json(KeysReply { keys: management.key_replies(app.id, app.keys) }))
}

/// `POST /apps/{app_id}/keys`: one more key; the others stay valid.
pub(super) async fn create(
    session: Session,
    app_id: Path<AppId>,
    body: Json<CreateKey>,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    let mut form = Form::default();
    let label = match body.into_inner().label.filter(|label| !label.trim().is_empty()) {
        Some(label) => form.name("label", &label),
        None => String::new(),
    };
    form.check()?;
    let record = management.store.create_key(session.tenant_id, *app_id, &label).await?;
    Ok(HttpResponse::Created().json(KeyReply::of(record, &[])))
}

/// `DELETE /apps/{app_id}/keys/{key_id}`: new connections and requests with it are refused; open
/// connections stay.
pub(super) async fn delete(
    session: Session,
    path: OnePath,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    let (app_id, key_id) = path.into_inner();
    management.store.delete_key(session.tenant_id, app_id, key_id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `POST /apps/{app_id}/keys/{key_id}/reveal`: the secret, for who asks explicitly. A POST, so that no
/// cache, history or link can hold the answer.
pub(super) async fn reveal(
    session: Session,
    path: OnePath,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    let (app_id, key_id) = path.into_inner();
    let (key, secret) = management.store.reveal_key(session.tenant_id, app_id, key_id).await?;
    tracing::info!(tenant.id = %session.tenant_id.0, app.id = %app_id, key = %key, "a secret was revealed");
    let revealed = Revealed { key: key.as_str().to_owned(), secret: secret.expose_secret().to_owned() };
    Ok(HttpResponse::Ok().insert_header(("Cache-Control", "no-store")).json(revealed))
}

impl Management {
    /// Keys with what is known here of their use.
    pub(super) fn key_replies(&self, app_id: AppId, records: Vec<KeyRecord>) -> Vec<KeyReply> {
        let realm = self.node.find_realm(app_id);
        let uses = realm.map(|realm| realm.list_key_uses()).unwrap_or_default();
        records.into_iter().map(|record| KeyReply::of(record, &uses)).collect()
    }
}

impl KeyReply {
    fn of(record: KeyRecord, uses: &[KeyUse]) -> Self {
        let known = uses.iter().find(|one| one.key == record.key);
        let used_at =
            known.and_then(|one| OffsetDateTime::from_unix_timestamp(one.used_at.cast_signed()).ok());
        Self {
            id: record.id,
            state: match record.expires_at {
                None => KeyState::Active,
                Some(at) if at > OffsetDateTime::now_utc() => KeyState::Expiring,
                Some(_) => KeyState::Expired,
            },
            key: record.key.to_string(),
            label: record.label,
            created_at: record.created_at,
            created_by: record.created_by,
            last_used_at: record.last_used_at.max(used_at),
            expires_at: record.expires_at,
            connections: known.map_or(0, |one| one.connections),
        }
    }
}
