//! What mails lead to: verified addresses, new passwords.

use std::time::Instant;

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Json},
};
use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::{
    Management, ManagementError,
    accounts::{NoticeReply, quietly},
    rights::Access,
    routes::Routes,
    session::Person,
    validation::Form,
};
use crate::openapi::Secret;

/// What the link of a mail carries.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Link {
    /// 64 hex digits.
    #[schemars(with = "Secret")]
    pub(super) token: SecretString,
}

/// Whose address was verified.
#[derive(Serialize, JsonSchema)]
pub(super) struct VerifiedReply {
    email: String,
}

/// Who has forgotten their password.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ForgottenPassword {
    email: String,
}

/// A new password for who holds a link.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ResetPassword {
    /// From the mail; good for half an hour and once.
    #[schemars(with = "Secret")]
    token: SecretString,
    /// The new one.
    #[schemars(with = "Secret")]
    password: SecretString,
}

/// A new password for who knows the old one.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangePassword {
    #[schemars(with = "Secret")]
    old_password: SecretString,
    /// The new one.
    #[schemars(with = "Secret")]
    password: SecretString,
}

/// Passwords and addresses.
pub(super) fn routes(routes: &mut Routes<'_>) {
    routes
        .post("/email/verify", Access::Anyone, verify)
        .about("Show that an address is yours")
        .refuses(&[410]);
    routes
        .post("/me/email/resend", Access::Person, resend)
        .about("Mail the link once more")
        .accepts::<NoticeReply>()
        .refuses(&[429]);
    routes
        .post("/password/forgotten", Access::Anyone, forgotten)
        .about("Mail a link for a new password")
        .accepts::<NoticeReply>()
        .refuses(&[429]);
    routes
        .post("/password/reset", Access::Anyone, reset)
        .about("Set a new password by a mail's link")
        .answers_nothing()
        .refuses(&[410, 429]);
    routes
        .post("/me/password", Access::Person, change)
        .about("Change the password")
        .answers_nothing()
        .refuses(&[429]);
}

/// `POST /email/verify`: shows that an address is its owner's. 410 when the link was used or is older than two
/// days.
pub(super) async fn verify(
    body: Json<Link>,
    management: Data<Management>,
) -> Result<Json<VerifiedReply>, ManagementError> {
    let email = management.store.verify_email(&body.token).await?;
    Ok(Json(VerifiedReply { email }))
}

/// `POST /me/email/resend`: the link once more, at most once a minute.
pub(super) async fn resend(
    person: Person,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    management.store.resend_verification(person.account.user_id).await?;
    Ok(HttpResponse::Accepted().json(NoticeReply { message: "Check your mail: we have sent you a link." }))
}

/// `POST /password/forgotten`: mails a link, if the address has an account; the answer does not tell.
pub(super) async fn forgotten(
    request: HttpRequest,
    body: Json<ForgottenPassword>,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    let mut form = Form::default();
    let email = form.email("email", &body.email);
    form.check()?;
    let (address, now) = (management.subject(&request), Instant::now());
    let subject = format!("forgotten {email}");
    management.throttle.attempt(address, &subject, now)?.keep();
    quietly(management.store.request_reset(&email)).await?;
    let message = "If this address has an account, we have sent a link to it.";
    Ok(HttpResponse::Accepted().json(NoticeReply { message }))
}

/// `POST /password/reset`: sets a new password and ends all sessions. 410 when the link was used or is older
/// than half an hour.
pub(super) async fn reset(
    body: Json<ResetPassword>,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    let ResetPassword { token, password } = body.into_inner();
    let email = management.store.find_reset(&token).await?;
    let mut form = Form::default();
    form.password("password", &password, &email);
    form.check()?;
    management.store.reset_password(&token, password).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `POST /me/password`: ends the person's other sessions.
pub(super) async fn change(
    request: HttpRequest,
    person: Person,
    body: Json<ChangePassword>,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    let ChangePassword { old_password, password } = body.into_inner();
    let mut form = Form::default();
    form.password("password", &password, &person.account.email);
    form.check()?;
    let user_id = person.account.user_id;
    let work =
        management.store.change_password(user_id, person.token.expose_secret(), old_password, password);
    management.guessing(&request, &person, "old_password", work).await?;
    Ok(HttpResponse::NoContent().finish())
}
