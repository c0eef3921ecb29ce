//! Who acts. A person proves it with a cookie, a program with a management token; most handlers need not
//! know which, and those that concern people ask for a [`Person`].

use std::{future::Future, pin::Pin};

use actix_web::{
    FromRequest, HttpRequest,
    cookie::{Cookie, SameSite, time::Duration},
    dev::Payload,
    http::header::{AUTHORIZATION, HeaderMap},
    web::Data,
};
use campanile_control::{Account, SessionToken, Store, StoreError};
use campanile_protocol::TenantId;
use secrecy::SecretString;

use super::{Management, ManagementError};

/// Someone who may act for one tenant.
pub(super) struct Session {
    pub(super) tenant_id: TenantId,
    proof: Proof,
}

/// Someone who showed a token, as opposed to a browser, which any link can send anywhere.
pub(super) struct Program(pub(super) Session);

/// A person who is logged in.
pub(super) struct Person {
    pub(super) account: Account,
    pub(super) token: String,
}

enum Proof {
    Cookie(String),
    Token(SecretString),
}

/// A session outlives no more than this; the store ends it sooner when it is idle.
const LIFETIME: Duration = Duration::days(7);

type Extracted<T> = Pin<Box<dyn Future<Output = Result<T, ManagementError>>>>;

impl FromRequest for Session {
    type Error = ManagementError;
    type Future = Extracted<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let management = management(&request);
            let Some(token) = bearer(request.headers()) else {
                let Person { account, token } = find_person(&request, management).await?;
                return Ok(Self { tenant_id: account.tenant_id, proof: Proof::Cookie(token) });
            };
            let tenant_id = management.store.find_token(&token).await?;
            let tenant_id = tenant_id.ok_or(ManagementError::InvalidToken)?;
            Ok(Self { tenant_id, proof: Proof::Token(token) })
        })
    }
}

impl Session {
    /// Whether they still may: they did not log out, and the token was not deleted.
    pub(super) async fn still_holds(&self, store: &Store) -> Result<bool, StoreError> {
        Ok(match &self.proof {
            Proof::Cookie(token) => store.find_session(token).await?.is_some(),
            Proof::Token(token) => store.find_token(token).await?.is_some(),
        })
    }
}

impl FromRequest for Program {
    type Error = ManagementError;
    type Future = Extracted<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let session = Session::from_request(request, payload);
        Box::pin(async move {
            let session = session.await?;
            if matches!(session.proof, Proof::Token(_)) {
                Ok(Self(session))
            } else {
                Err(ManagementError::ProgramsOnly)
            }
        })
    }
}

impl FromRequest for Person {
    type Error = ManagementError;
    type Future = Extracted<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            if bearer(request.headers()).is_some() {
                return Err(ManagementError::PeopleOnly);
            }
            find_person(&request, management(&request)).await
        })
    }
}

/// The token of `Authorization: Bearer …`. A request that has one is judged by it alone: a cookie beside it
/// is not looked at, which is what exempts it from the check of where it comes from.
pub(super) fn bearer(headers: &HeaderMap) -> Option<SecretString> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().into())
}

fn management(request: &HttpRequest) -> &Data<Management> {
    request.app_data().expect("configured with the routes")
}

async fn find_person(request: &HttpRequest, management: &Management) -> Result<Person, ManagementError> {
    let cookie = request.cookie(name(management.secure_cookies));
    let token = cookie.ok_or(ManagementError::Unauthenticated)?.value().to_owned();
    let account = management.store.find_session(&token).await?;
    Ok(Person { account: account.ok_or(ManagementError::Unauthenticated)?, token })
}

/// The prefix makes browsers insist on HTTPS, the whole host and the root path.
fn name(is_secure: bool) -> &'static str {
    if is_secure { "__Host-campanile_session" } else { "campanile_session" }
}

/// The cookie that carries a new session.
pub(super) fn cookie(token: &SessionToken, is_secure: bool) -> Cookie<'static> {
    build(token.expose().to_owned(), is_secure).max_age(LIFETIME).finish()
}

/// The cookie that removes it.
pub(super) fn removal(is_secure: bool) -> Cookie<'static> {
    build(String::new(), is_secure).max_age(Duration::ZERO).finish()
}

fn build(value: String, is_secure: bool) -> actix_web::cookie::CookieBuilder<'static> {
    Cookie::build(name(is_secure), value).path("/").http_only(true).same_site(SameSite::Lax).secure(is_secure)
}
