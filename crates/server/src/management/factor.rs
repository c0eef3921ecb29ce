//! The second factor of one's own account.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Json},
};
use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use url::Url;

use super::{Management, ManagementError, rights::Access, routes::Routes, session::Person};
use crate::openapi::Secret;

/// Who enrols shows that it is they and not someone at their desk.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Enrol {
    #[schemars(with = "Secret")]
    password: SecretString,
}

/// What an authenticator shows.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Code {
    /// Six digits; to disable it, a recovery code will do.
    #[schemars(with = "Secret")]
    code: String,
}

/// Shown once.
#[derive(Serialize, JsonSchema)]
pub(super) struct EnrolmentReply {
    /// To be typed, in Base32.
    secret: String,
    /// The same for a camera: `otpauth://totp/…`.
    otpauth_url: String,
    /// Each replaces a code once.
    recovery_codes: Vec<String>,
}

/// The second factor.
pub(super) fn routes(routes: &mut Routes<'_>) {
    routes
        .post("/me/second-factor", Access::Person, enrol)
        .about("Set up a second factor")
        .creates::<EnrolmentReply>()
        .refuses(&[409, 429]);
    routes
        .post("/me/second-factor/confirm", Access::Person, confirm)
        .about("Ask for the second factor from now on")
        .answers_nothing()
        .refuses(&[409, 429]);
    routes
        .post("/me/second-factor/disable", Access::Person, disable)
        .about("Ask for the password alone from now on")
        .answers_nothing()
        .refuses(&[409, 429]);
}

/// `POST /me/second-factor`: a secret and recovery codes; nothing is asked for before it is confirmed. 409
/// when there is one.
pub(super) async fn enrol(
    request: HttpRequest,
    person: Person,
    body: Json<Enrol>,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    if management.needs_verification(&person.account) {
        return Err(ManagementError::Unverified);
    }
    let work = management.store.enrol_factor(person.account.user_id, body.into_inner().password);
    let enrolment = management.guessing(&request, &person, "password", work).await?;
    let reply = EnrolmentReply {
        otpauth_url: otpauth_url(&person.account.email, enrolment.secret.expose_secret()),
        secret: enrolment.secret.expose_secret().to_owned(),
        recovery_codes: enrolment.recovery_codes.iter().map(|code| code.expose_secret().to_owned()).collect(),
    };
    Ok(HttpResponse::Created().insert_header(("Cache-Control", "no-store")).json(reply))
}

/// `POST /me/second-factor/confirm`: from now on, logging in takes a code; who is logged in elsewhere is no more.
pub(super) async fn confirm(
    request: HttpRequest,
    person: Person,
    body: Json<Code>,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    let current = person.token.expose_secret();
    let work = management.store.confirm_factor(person.account.user_id, current, &body.code);
    management.guessing(&request, &person, "code", work).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `POST /me/second-factor/disable`: back to the password alone.
pub(super) async fn disable(
    request: HttpRequest,
    person: Person,
    body: Json<Code>,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    let work = management.store.disable_factor(person.account.user_id, &body.code);
    management.guessing(&request, &person, "code", work).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// As authenticators read it; the other parameters are what they take for granted.
fn otpauth_url(email: &str, secret: &str) -> String {
    let mut url = Url::parse("otpauth://totp/").expect("a constant");
    url.set_path(&format!("Campanile:{email}"));
    url.query_pairs_mut().append_pair("secret", secret).append_pair("issuer", "Campanile");
    url.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_with_odd_letters_stays_within_its_part_of_the_url() {
        assert_eq!(
            otpauth_url("a+b?x#y@example.com", "MZXW6"),
            "otpauth://totp/Campanile:a+b%3Fx%23y@example.com?secret=MZXW6&issuer=Campanile"
        );
    }
}
