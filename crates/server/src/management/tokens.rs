//! Management tokens: a person's to give out and to take back. A token cannot make another one, so that
//! deleting it is enough when it leaked.

use actix_web::{
    HttpResponse,
    web::{Data, Json, Path},
};
use campanile_control::{NewToken, TokenRecord, TokenScope};
use campanile_protocol::AppId;
use schemars::JsonSchema;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, serde::rfc3339};
use uuid::Uuid;

use super::{
    Management, ManagementError,
    rights::{Access, Right},
    routes::Routes,
    session::{Person, Session},
    validation::Form,
};
use crate::openapi::Timestamp;

/// What a new token is to be.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CreateToken {
    /// 1 to 80 characters.
    name: String,
    /// What for; everything that a token may if absent.
    scopes: Option<Vec<TokenScope>>,
    /// The only app that it reaches; all if absent.
    app_id: Option<AppId>,
    /// When it ends by itself; never if absent.
    #[serde(default, with = "rfc3339::option")]
    #[schemars(with = "Option<Timestamp>")]
    expires_at: Option<OffsetDateTime>,
}

/// The organisation's tokens.
#[derive(Serialize, JsonSchema)]
pub(super) struct TokensReply {
    tokens: Vec<TokenReply>,
}

/// A token, as it is shown.
#[derive(Serialize, JsonSchema)]
pub(super) struct TokenReply {
    id: Uuid,
    name: String,
    scopes: Vec<TokenScope>,
    app_id: Option<AppId>,
    #[serde(with = "rfc3339")]
    #[schemars(with = "Timestamp")]
    created_at: OffsetDateTime,
    /// The address of who made it; absent for the operator's.
    created_by: Option<String>,
    #[serde(with = "rfc3339::option")]
    #[schemars(with = "Option<Timestamp>")]
    expires_at: Option<OffsetDateTime>,
    /// To the minute.
    #[serde(with = "rfc3339::option")]
    #[schemars(with = "Option<Timestamp>")]
    last_used_at: Option<OffsetDateTime>,
}

/// A new token.
#[derive(Serialize, JsonSchema)]
struct CreatedTokenReply {
    #[serde(flatten)]
    record: TokenReply,
    /// The token itself: shown this once.
    token: String,
}

/// Tokens.
pub(super) fn routes(routes: &mut Routes<'_>) {
    let manage = Access::Has(Right::ManageTokens);
    routes.get("/tokens", manage, list).about("List the management tokens");
    routes
        .post("/tokens", manage, create)
        .about("Make a management token")
        .creates::<CreatedTokenReply>()
        .refuses(&[404, 409]);
    routes.delete("/tokens/{token_id}", manage, delete).about("Delete a management token").answers_nothing();
}

/// `GET /tokens`: expired ones too.
pub(super) async fn list(
    session: Session,
    management: Data<Management>,
) -> Result<Json<TokensReply>, ManagementError> {
    let records = management.store.list_tokens(session.tenant_id).await?;
    Ok(Json(TokensReply { tokens: records.into_iter().map(TokenReply::from).collect() }))
}

/// `POST /tokens`: it never may more than who made it may at the time of use.
pub(super) async fn create(
    session: Session,
    person: Person,
    body: Json<CreateToken>,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    let new = body.into_inner().check(person.account.user_id)?;
    let tenant = session.tenant_id;
    let (record, token) = management.store.create_token(tenant, new).await?;
    tracing::info!(tenant.id = %tenant.0, token.id = %record.id, "a management token was made");
    let reply = CreatedTokenReply { record: record.into(), token: token.expose_secret().to_owned() };
    Ok(HttpResponse::Created().insert_header(("Cache-Control", "no-store")).json(reply))
}

/// `DELETE /tokens/{token_id}`: requests with it are refused from now on; streams end within seconds. 403 where
/// its maker is another one and above oneself.
pub(super) async fn delete(
    session: Session,
    person: Person,
    token_id: Path<Uuid>,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    let tenant = session.tenant_id;
    let user_id = Some(person.account.user_id);
    management.store.delete_token(tenant, session.role, user_id, *token_id).await?;
    tracing::info!(tenant.id = %tenant.0, token.id = %token_id, "a management token was deleted");
    Ok(HttpResponse::NoContent().finish())
}

impl CreateToken {
    fn check(self, created_by: Uuid) -> Result<NewToken, ManagementError> {
        let mut form = Form::default();
        let name = form.name("name", &self.name);
        let scopes = self.scopes.unwrap_or_else(|| TokenScope::ALL.to_vec());
        form.require("scopes", !scopes.is_empty(), "Choose what it is for.");
        let expires_at = self.expires_at.and_then(|at| form.moment("expires_at", at));
        let is_ahead = expires_at.is_none_or(|at| at > OffsetDateTime::now_utc());
        form.require("expires_at", is_ahead, "Choose a time that is yet to come.");
        form.check()?;
        let scopes = TokenScope::ALL.into_iter().filter(|scope| scopes.contains(scope)).collect();
        Ok(NewToken { name, scopes, app_id: self.app_id, expires_at, created_by: Some(created_by) })
    }
}

impl From<TokenRecord> for TokenReply {
    fn from(record: TokenRecord) -> Self {
        Self {
            id: record.id,
            name: record.name,
            scopes: record.scopes,
            app_id: record.app_id,
            created_at: record.created_at,
            created_by: record.created_by,
            expires_at: record.expires_at,
            last_used_at: record.last_used_at,
        }
    }
}
