use actix_web::{
    HttpResponse,
    web::{Data, Json, Path},
};
use campanile_protocol::AppId;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    Management, ManagementError,
    apps::KeyReply,
    session::Session,
    validation::{Form, at_most},
};

/// Active keys of one app.
const KEYS: usize = 20;

#[derive(Deserialize)]
pub(super) struct CreateKey {
    label: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Revealed {
    key: String,
    secret: String,
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
    let app = management.store.get_app(session.tenant_id, *app_id).await?;
    at_most(KEYS, app.keys.len(), "keys of an app")?;
    let record = management.store.create_key(session.tenant_id, *app_id, &label).await?;
    Ok(HttpResponse::Created().json(KeyReply::from(record)))
}

/// `DELETE /apps/{app_id}/keys/{key_id}`: new connections and requests with it are refused; open
/// connections stay.
pub(super) async fn delete(
    session: Session,
    path: Path<(AppId, Uuid)>,
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
    path: Path<(AppId, Uuid)>,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    let (app_id, key_id) = path.into_inner();
    let (key, secret) = management.store.reveal_key(session.tenant_id, app_id, key_id).await?;
    tracing::info!(tenant.id = %session.tenant_id.0, app.id = %app_id, key = %key, "a secret was revealed");
    let revealed = Revealed { key: key.as_str().to_owned(), secret: secret.expose_secret().to_owned() };
    Ok(HttpResponse::Ok().insert_header(("Cache-Control", "no-store")).json(revealed))
}
