//! Who belongs to an organisation.

use actix_web::{
    HttpResponse,
    web::{Data, Json, Path},
};
use campanile_control::{Member, Role};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, serde::rfc3339};
use uuid::Uuid;

use super::{
    Management, ManagementError,
    rights::{Access, Right},
    routes::Routes,
    session::Session,
};
use crate::openapi::Timestamp;

/// The people of the organisation.
#[derive(Serialize, JsonSchema)]
pub(super) struct MembersReply {
    members: Vec<MemberReply>,
}

/// A person of the organisation.
#[derive(Serialize, JsonSchema)]
struct MemberReply {
    user_id: Uuid,
    email: String,
    role: Role,
    #[serde(with = "rfc3339")]
    #[schemars(with = "Timestamp")]
    joined_at: OffsetDateTime,
    /// Whether logging in takes them a second factor.
    has_second_factor: bool,
}

/// Another role.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangeRole {
    role: Role,
}

/// People.
pub(super) fn routes(routes: &mut Routes<'_>) {
    let manage = Access::Has(Right::ManageTeam);
    routes.get("/members", Access::Has(Right::ViewTeam), list).about("List the people of the organisation");
    routes
        .patch("/members/{user_id}", manage, change_role)
        .about("Give someone another role")
        .answers_nothing()
        .refuses(&[409]);
    routes
        .delete("/members/{user_id}", manage, remove)
        .about("Remove someone")
        .answers_nothing()
        .refuses(&[409]);
}

/// `GET /members`: for longest first.
pub(super) async fn list(
    session: Session,
    management: Data<Management>,
) -> Result<Json<MembersReply>, ManagementError> {
    let members = management.store.list_members(session.tenant_id).await?;
    Ok(Json(MembersReply { members: members.into_iter().map(MemberReply::from).collect() }))
}

/// `PATCH /members/{user_id}`: in force with the person's next request; their streams end within seconds if
/// they may not have them any more. 403 where a role is above one's own, 409 for the last owner.
pub(super) async fn change_role(
    session: Session,
    user_id: Path<Uuid>,
    body: Json<ChangeRole>,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    let (tenant, by) = (session.tenant_id, session.role);
    management.store.change_role(tenant, by, *user_id, body.role).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `DELETE /members/{user_id}`: ends what they may do here at once, with the tokens that they made here.
pub(super) async fn remove(
    session: Session,
    user_id: Path<Uuid>,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    management.store.remove_member(session.tenant_id, session.role, *user_id).await?;
    Ok(HttpResponse::NoContent().finish())
}

impl From<Member> for MemberReply {
    fn from(member: Member) -> Self {
        Self {
            user_id: member.user_id,
            email: member.email,
            role: member.role,
            joined_at: member.joined_at,
            has_second_factor: member.has_second_factor,
        }
    }
}
