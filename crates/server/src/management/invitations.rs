//! The way into an organisation for others than who made it.

use std::time::Instant;

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Json, Path},
};
use campanile_control::{Invitation, Role};
use campanile_protocol::TenantId;
use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, serde::rfc3339};
use uuid::Uuid;

use super::{
    Management, ManagementError, accounts,
    recovery::Link,
    rights::{Access, Right},
    routes::Routes,
    session::{self, Session},
    validation::Form,
};
use crate::openapi::{Secret, Timestamp};

/// Who is to be invited.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Invite {
    email: String,
    /// Not above one's own.
    role: Role,
}

/// What the link of an invitation's mail carries, to accept it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Accept {
    #[schemars(with = "Secret")]
    token: SecretString,
    /// For who has no account yet; others are logged in instead.
    #[schemars(with = "Option<Secret>")]
    password: Option<SecretString>,
}

/// Invitations that wait.
#[derive(Serialize, JsonSchema)]
pub(super) struct InvitationsReply {
    invitations: Vec<InvitationReply>,
}

/// An invitation that waits; its link is in the mail alone.
#[derive(Serialize, JsonSchema)]
pub(super) struct InvitationReply {
    id: Uuid,
    email: String,
    role: Role,
    /// The address of who invited them, if that person still has an account.
    invited_by: Option<String>,
    #[serde(with = "rfc3339")]
    #[schemars(with = "Timestamp")]
    created_at: OffsetDateTime,
    #[serde(with = "rfc3339")]
    #[schemars(with = "Timestamp")]
    expires_at: OffsetDateTime,
}

/// What the holder of a link is invited to.
#[derive(Serialize, JsonSchema)]
pub(super) struct InvitedReply {
    organisation: String,
    email: String,
    role: Role,
    /// Whether to log in, or to choose a password.
    has_account: bool,
}

/// Where one belongs now.
#[derive(Serialize, JsonSchema)]
struct AcceptedReply {
    tenant_id: TenantId,
}

/// Invitations.
pub(super) fn routes(routes: &mut Routes<'_>) {
    let manage = Access::Has(Right::ManageTeam);
    routes.get("/invitations", manage, list).about("List the invitations that wait");
    routes
        .post("/invitations", manage, create)
        .about("Invite someone by mail")
        .creates::<InvitationReply>()
        .refuses(&[409, 429]);
    routes.post("/invitations/look", Access::Anyone, look).about("What a link invites to").refuses(&[410]);
    routes
        .post("/invitations/accept", Access::Anyone, accept)
        .about("Accept an invitation, with a new account or as who is logged in")
        .answers::<AcceptedReply>()
        .creates::<accounts::SessionReply>()
        .refuses(&[401, 409, 410, 429]);
    routes
        .post("/invitations/{invitation_id}/resend", manage, resend)
        .about("Mail a new link")
        .refuses(&[409, 429]);
    routes
        .delete("/invitations/{invitation_id}", manage, revoke)
        .about("Take an invitation back")
        .answers_nothing();
}

/// `GET /invitations`: newest first, expired ones too.
pub(super) async fn list(
    session: Session,
    management: Data<Management>,
) -> Result<Json<InvitationsReply>, ManagementError> {
    let invitations = management.store.list_invitations(session.tenant_id).await?;
    Ok(Json(InvitationsReply { invitations: invitations.into_iter().map(InvitationReply::from).collect() }))
}

/// `POST /invitations`: mails a link. An earlier invitation of the address is replaced.
pub(super) async fn create(
    session: Session,
    body: Json<Invite>,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    let mut form = Form::default();
    let email = form.email("email", &body.email);
    form.check()?;
    let (store, tenant) = (&management.store, session.tenant_id);
    slow_down(&management, tenant)?;
    let invitation = store.invite(tenant, session.role, &email, body.role).await?;
    Ok(HttpResponse::Created().json(InvitationReply::from(invitation)))
}

/// `POST /invitations/{invitation_id}/resend`: a new link for seven days; the one before ends.
pub(super) async fn resend(
    session: Session,
    invitation_id: Path<Uuid>,
    management: Data<Management>,
) -> Result<Json<InvitationReply>, ManagementError> {
    let (tenant, by) = (session.tenant_id, session.role);
    slow_down(&management, tenant)?;
    Ok(Json(management.store.resend_invitation(tenant, by, *invitation_id).await?.into()))
}

/// `DELETE /invitations/{invitation_id}`: its link opens nothing any more.
pub(super) async fn revoke(
    session: Session,
    invitation_id: Path<Uuid>,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    management.store.revoke_invitation(session.tenant_id, session.role, *invitation_id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `POST /invitations/look`: what a link invites to. A POST, so that the link is in no log.
pub(super) async fn look(
    body: Json<Link>,
    management: Data<Management>,
) -> Result<Json<InvitedReply>, ManagementError> {
    let invited = management.store.find_invitation(&body.token).await?;
    Ok(Json(InvitedReply {
        organisation: invited.organisation,
        email: invited.email,
        role: invited.role,
        has_account: invited.has_account,
    }))
}

/// `POST /invitations/accept`: with a password, a new account and a session; otherwise for who is logged in
/// with the invited address, whose session acts for the organisation then. Once.
pub(super) async fn accept(
    request: HttpRequest,
    body: Json<Accept>,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    let Accept { token, password } = body.into_inner();
    let Some(password) = password else {
        let person = session::find_person(&request).await?;
        let work = management.store.accept_invitation(&token, &person.account, person.token.expose_secret());
        let tenant_id = super::gate::on_behalf_of(&person, work).await?;
        return Ok(HttpResponse::Ok().json(AcceptedReply { tenant_id }));
    };
    let invited = management.store.find_invitation(&token).await?;
    let mut form = Form::default();
    form.password("password", &password, &invited.email);
    form.check()?;
    let (account, session) = management.store.accept_as_new(&token, password).await?;
    Ok(accounts::welcome(HttpResponse::Created(), account, &session, &management))
}

/// An organisation is no way to flood a mailbox.
fn slow_down(management: &Management, tenant: TenantId) -> Result<(), ManagementError> {
    let (subject, now) = (format!("invitations of {}", tenant.0), Instant::now());
    management.throttle.attempt(None, &subject, now)?.keep();
    Ok(())
}

impl From<Invitation> for InvitationReply {
    fn from(invitation: Invitation) -> Self {
        Self {
            id: invitation.id,
            email: invitation.email,
            role: invitation.role,
            invited_by: invitation.invited_by,
            created_at: invitation.created_at,
            expires_at: invitation.expires_at,
        }
    }
}
