//! How a key is followed by another, and what depends on one.

use std::time::Duration;

use actix_web::{
    HttpResponse,
    web::{Data, Json},
};
use campanile_control::RotatedKey;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{KeyReply, KeyState, OnePath};
use crate::management::{Management, ManagementError, session::Session, validation::Form};

/// What a key is to be called.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::management) struct LabelKey {
    /// At most 80 characters; may be empty.
    label: String,
}

/// How a key is to be followed by another.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::management) struct RotateKey {
    /// How many seconds the old one goes on: at most 90 days.
    expires_in: u64,
}

/// A rotation that has begun.
#[derive(Serialize, JsonSchema)]
pub(in crate::management) struct RotatedReply {
    /// The new key.
    key: KeyReply,
    /// The old one, which goes on until it expires.
    replaced: KeyReply,
}

/// What ends with a key.
#[derive(Serialize, JsonSchema)]
pub(in crate::management) struct ImpactReply {
    /// The key, with the connections that were made with it. They stay open without it, but cannot come back,
    /// nor subscribe with its signatures.
    key: KeyReply,
    /// How many keys of the app are left that open something.
    other_keys: usize,
    /// Whether webhooks are signed with it: the oldest valid key does that. Without it the next one does.
    signs_webhooks: bool,
}

const LONGEST: u64 = 90 * 24 * 3600;

/// `PATCH /apps/{app_id}/keys/{key_id}`
pub(in crate::management) async fn label(
    session: Session,
    path: OnePath,
    body: Json<LabelKey>,
    management: Data<Management>,
) -> Result<Json<KeyReply>, ManagementError> {
    let (app_id, key_id) = path.into_inner();
    let mut form = Form::default();
    let label = if body.label.trim().is_empty() { String::new() } else { form.name("label", &body.label) };
    form.check()?;
    management.store.label_key(session.tenant_id, app_id, key_id, &label).await?;
    find(&management, &session, (app_id, key_id)).await.map(|(key, _)| Json(key))
}

/// `GET /apps/{app_id}/keys/{key_id}/impact`: what revoking it would do now.
pub(in crate::management) async fn impact(
    session: Session,
    path: OnePath,
    management: Data<Management>,
) -> Result<Json<ImpactReply>, ManagementError> {
    let (key, others) = find(&management, &session, path.into_inner()).await?;
    let is_valid = |key: &&KeyReply| key.state != KeyState::Expired;
    let is_older = |other: &KeyReply| (other.created_at, other.id) < (key.created_at, key.id);
    let signs_webhooks = is_valid(&&key) && !others.iter().filter(is_valid).any(is_older);
    let other_keys = others.iter().filter(is_valid).count();
    Ok(Json(ImpactReply { key, other_keys, signs_webhooks }))
}

/// `POST /apps/{app_id}/keys/{key_id}/rotate`: a new key that is valid at once, beside the old one until that
/// expires. Expiry disconnects nobody.
pub(in crate::management) async fn rotate(
    session: Session,
    path: OnePath,
    body: Json<RotateKey>,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    let (app_id, key_id) = path.into_inner();
    let mut form = Form::default();
    form.require("expires_in", body.expires_in <= LONGEST, "Use at most 7776000 seconds, which are 90 days.");
    form.check()?;
    let (tenant, overlap) = (session.tenant_id, Duration::from_secs(body.expires_in));
    let RotatedKey { new, old } = management.store.rotate_key(tenant, app_id, key_id, overlap).await?;
    let replies = management.key_replies(app_id, vec![new, old]);
    let Ok([key, replaced]) = <[KeyReply; 2]>::try_from(replies) else {
        return Err(ManagementError::Internal);
    };
    Ok(HttpResponse::Created().json(RotatedReply { key, replaced }))
}

/// A key and the app's others.
async fn find(
    management: &Management,
    session: &Session,
    (app_id, key_id): (campanile_protocol::AppId, uuid::Uuid),
) -> Result<(KeyReply, Vec<KeyReply>), ManagementError> {
    let app = management.store.get_app(session.tenant_id, app_id).await?;
    let mut keys = management.key_replies(app_id, app.keys);
    let place = keys.iter().position(|key| key.id == key_id).ok_or(ManagementError::NotFound)?;
    Ok((keys.remove(place), keys))
}
