//! Management tokens: a person's to give out and to take back. A token cannot make another one, so that
//! deleting it is enough when it leaked.

use actix_web::{
    HttpResponse,
    web::{Data, Json, Path},
};
use campanile_control::TokenRecord;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    Management, ManagementError,
    session::Person,
    validation::{Form, at_most},
};

/// Tokens of one tenant.
const TOKENS: usize = 50;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CreateToken {
    name: String,
}

#[derive(Serialize)]
pub(super) struct TokensReply {
    tokens: Vec<TokenReply>,
}

#[derive(Serialize)]
pub(super) struct TokenReply {
    id: Uuid,
    name: String,
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option")]
    last_used_at: Option<OffsetDateTime>,
    /// Shown once, in the answer to its creation.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

/// `GET /tokens`
pub(super) async fn list(
    person: Person,
    management: Data<Management>,
) -> Result<Json<TokensReply>, ManagementError> {
    let records = management.store.list_tokens(person.account.tenant_id).await?;
    Ok(Json(TokensReply { tokens: records.into_iter().map(TokenReply::from).collect() }))
}

/// `POST /tokens`
pub(super) async fn create(
    person: Person,
    body: Json<CreateToken>,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    let mut form = Form::default();
    let name = form.name("name", &body.name);
    form.check()?;
    let tenant = person.account.tenant_id;
    at_most(TOKENS, management.store.list_tokens(tenant).await?.len(), "management tokens")?;
    let (record, token) = management.store.create_token(tenant, &name).await?;
    tracing::info!(tenant.id = %tenant.0, token.id = %record.id, "a management token was made");
    let token = Some(token.expose_secret().to_owned());
    let reply = TokenReply { token, ..TokenReply::from(record) };
    Ok(HttpResponse::Created().insert_header(("Cache-Control", "no-store")).json(reply))
}

/// `DELETE /tokens/{token_id}`: requests with it are refused from now on; streams end within seconds.
pub(super) async fn delete(
    person: Person,
    token_id: Path<Uuid>,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    let tenant = person.account.tenant_id;
    management.store.delete_token(tenant, *token_id).await?;
    tracing::info!(tenant.id = %tenant.0, token.id = %token_id, "a management token was deleted");
    Ok(HttpResponse::NoContent().finish())
}

impl From<TokenRecord> for TokenReply {
    fn from(record: TokenRecord) -> Self {
        Self {
            id: record.id,
            name: record.name,
            created_at: record.created_at,
            last_used_at: record.last_used_at,
            token: None,
        }
    }
}
