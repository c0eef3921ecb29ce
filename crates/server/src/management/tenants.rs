//! Organisations: one's own, and the one that one acts for.

use actix_web::{
    HttpResponse,
    web::{Data, Json, Path},
};
use campanile_control::{Acting, Role};
use campanile_protocol::TenantId;
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

/// The organisations that a person belongs to.
#[derive(Serialize, JsonSchema)]
pub(super) struct TenantsReply {
    tenants: Vec<MembershipReply>,
}

/// An organisation, and what one is there.
#[derive(Serialize, JsonSchema)]
struct MembershipReply {
    id: TenantId,
    name: String,
    role: Role,
    /// Whether the session acts for it.
    is_current: bool,
}

/// The organisation that the session acts for.
#[derive(Serialize, JsonSchema)]
pub(super) struct TenantReply {
    id: TenantId,
    name: String,
    #[serde(with = "rfc3339")]
    #[schemars(with = "Timestamp")]
    created_at: OffsetDateTime,
}

/// A name for an organisation.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NameTenant {
    /// 1 to 80 characters; to delete it, its own.
    name: String,
}

/// Organisations.
pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.get("/me/tenants", Access::Person, list).about("List your organisations");
    routes
        .post("/me/tenants", Access::Person, create)
        .about("Make one more organisation, and act for it")
        .creates::<TenantReply>()
        .refuses(&[409]);
    routes
        .post("/me/tenants/{tenant_id}/enter", Access::Person, enter)
        .about("Act for another organisation")
        .answers_nothing();
    routes
        .post("/me/tenants/{tenant_id}/leave", Access::Person, leave)
        .about("Leave an organisation")
        .answers_nothing()
        .refuses(&[409]);
    routes.get("/tenant", Access::Has(Right::ViewTeam), get).about("The organisation");
    routes.patch("/tenant", Access::Has(Right::ManageTenant), rename).about("Rename the organisation");
    routes
        .delete("/tenant", Access::Has(Right::DeleteTenant), delete)
        .about("End the organisation with all its apps")
        .answers_nothing();
}

/// `GET /me/tenants`: for longest first.
pub(super) async fn list(
    person: Person,
    management: Data<Management>,
) -> Result<Json<TenantsReply>, ManagementError> {
    let current = person.account.acting.map(|acting| acting.tenant_id);
    let memberships = management.store.list_memberships(person.account.user_id).await?;
    let reply = |acting: Acting| MembershipReply {
        is_current: Some(acting.tenant_id) == current,
        id: acting.tenant_id,
        name: acting.tenant_name,
        role: acting.role,
    };
    Ok(Json(TenantsReply { tenants: memberships.into_iter().map(reply).collect() }))
}

/// `POST /me/tenants`: one more organisation, owned by who asks; the session acts for it from now on.
pub(super) async fn create(
    person: Person,
    body: Json<NameTenant>,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    let mut form = Form::default();
    let name = form.name("name", &body.name);
    form.check()?;
    if management.needs_verification(&person.account) {
        return Err(ManagementError::Unverified);
    }
    let (store, user_id) = (&management.store, person.account.user_id);
    let tenant = store.create_own_tenant(user_id, &name).await?;
    store.switch_tenant(person.token.expose_secret(), tenant).await?;
    let tenant = store.get_tenant(tenant).await?;
    Ok(HttpResponse::Created().json(TenantReply::from(tenant)))
}

/// `POST /me/tenants/{tenant_id}/enter`: the session acts for it from now on, in every window.
pub(super) async fn enter(
    person: Person,
    tenant_id: Path<Uuid>,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    management.store.switch_tenant(person.token.expose_secret(), TenantId(*tenant_id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `POST /me/tenants/{tenant_id}/leave`: the tokens that one made there go with one. 409 for the last owner.
pub(super) async fn leave(
    person: Person,
    tenant_id: Path<Uuid>,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    management.store.leave_tenant(TenantId(*tenant_id), person.account.user_id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `GET /tenant`
pub(super) async fn get(
    session: Session,
    management: Data<Management>,
) -> Result<Json<TenantReply>, ManagementError> {
    Ok(Json(management.store.get_tenant(session.tenant_id).await?.into()))
}

/// `PATCH /tenant`: another name.
pub(super) async fn rename(
    session: Session,
    body: Json<NameTenant>,
    management: Data<Management>,
) -> Result<Json<TenantReply>, ManagementError> {
    let mut form = Form::default();
    let name = form.name("name", &body.name);
    form.check()?;
    Ok(Json(management.store.rename_tenant(session.tenant_id, &name).await?.into()))
}

/// `DELETE /tenant`: ends it with all its apps, at once. Its name confirms that this one is meant.
pub(super) async fn delete(
    session: Session,
    body: Json<NameTenant>,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    let tenant = management.store.get_tenant(session.tenant_id).await?;
    let mut form = Form::default();
    form.require("name", body.name == tenant.name, "Enter the organisation's name as it is.");
    form.check()?;
    management.store.delete_tenant(session.tenant_id).await?;
    tracing::info!(tenant.id = %session.tenant_id.0, "a tenant was deleted");
    Ok(HttpResponse::NoContent().finish())
}

impl From<campanile_control::Tenant> for TenantReply {
    fn from(tenant: campanile_control::Tenant) -> Self {
        Self { id: tenant.id, name: tenant.name, created_at: tenant.created_at }
    }
}
