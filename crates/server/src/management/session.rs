//! Who acts. A person proves it with a cookie, a program with a management token; most handlers need not
//! know which, and those that concern people ask for a [`Person`]. Both are put among the request's
//! extensions by the [`gate`](super::gate): a handler that asks for one that its access does not bring
//! is refused.

use std::future::{Ready, ready};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    cookie::{Cookie, SameSite, time::Duration},
    dev::Payload,
    http::header::{AUTHORIZATION, HeaderMap, HeaderValue},
    web::Data,
};
use campanile_control::{Account, Role, SessionToken, Store, StoreError, TokenRecord, TokenScope};
use campanile_protocol::{AppId, TenantId};
use secrecy::{ExposeSecret, SecretString};

use super::{Management, ManagementError, rights::Right};
use crate::openapi::silent;

/// Someone who may act for one tenant.
#[derive(Clone)]
pub(super) struct Session {
    pub(super) tenant_id: TenantId,
    /// What they are there: of a program, what its token's maker is.
    pub(super) role: Role,
    /// The only app that they may see, if they are confined to one.
    pub(super) app: Option<AppId>,
    right: Right,
    /// What the token covers; a person's session covers all that the role has.
    scopes: Option<Vec<TokenScope>>,
    proof: Proof,
}

/// Someone who showed a token, as opposed to a browser, which any link can send anywhere.
pub(super) struct Program(pub(super) Session);

/// A person who is logged in.
#[derive(Clone)]
pub(super) struct Person {
    pub(super) account: Account,
    pub(super) token: SecretString,
}

#[derive(Clone)]
enum Proof {
    Cookie(SecretString),
    Token(SecretString),
}

/// A session outlives no more than this; the store ends it sooner when it is idle.
const LIFETIME: Duration = Duration::days(7);

/// Which organisation a request means. A session acts for one at a time, in all of a browser's windows: one that
/// still shows another must not change this one.
pub(super) const TENANT_HEADER: &str = "x-campanile-tenant";

impl Session {
    /// The person's, if they have the right where they act.
    pub(super) fn of_person(
        person: &Person,
        right: Right,
        request: &HttpRequest,
    ) -> Result<Self, ManagementError> {
        let acting = person.account.acting.as_ref().ok_or(ManagementError::NoTenant)?;
        if request.headers().get(TENANT_HEADER).is_some_and(|meant| !is_id(meant, acting.tenant_id)) {
            return Err(ManagementError::OtherTenant(acting.tenant_name.clone()));
        }
        if !right.is_of(acting.role) {
            return Err(ManagementError::Forbidden { right, role: acting.role });
        }
        if !right.is_view() && management(request).needs_verification(&person.account) {
            return Err(ManagementError::Unverified);
        }
        check_standing(right, acting.suspension_reason.is_some())?;
        let proof = Proof::Cookie(person.token.clone());
        let (tenant_id, role) = (acting.tenant_id, acting.role);
        Ok(Self { tenant_id, role, app: None, right, scopes: None, proof })
    }

    /// The program's, if its token covers the right and its maker has it.
    pub(super) async fn of_program(
        request: &HttpRequest,
        right: Right,
    ) -> Result<(TokenRecord, Self), ManagementError> {
        let token = bearer(request.headers()).ok_or(ManagementError::Unauthenticated)?;
        let found = management(request).store.find_token(&token).await?;
        let found = found.ok_or(ManagementError::InvalidToken)?;
        let Some(scope) = right.scope() else { return Err(ManagementError::PeopleOnly) };
        if !found.record.scopes.contains(&scope) {
            return Err(ManagementError::OutOfScope(scope));
        }
        if !right.is_of(found.role) {
            return Err(ManagementError::Forbidden { right, role: found.role });
        }
        confine(request, right, found.record.app_id)?;
        check_standing(right, found.is_suspended)?;
        let session = Self {
            tenant_id: found.tenant_id,
            role: found.role,
            app: found.record.app_id,
            right,
            scopes: Some(found.record.scopes.clone()),
            proof: Proof::Token(token),
        };
        Ok((found.record, session))
    }

    /// Whether they have another right too, where an answer shows more to who has it.
    pub(super) fn may(&self, right: Right) -> bool {
        let is_covered =
            |scopes: &Vec<TokenScope>| right.scope().is_some_and(|scope| scopes.contains(&scope));
        right.is_of(self.role) && self.scopes.as_ref().is_none_or(is_covered)
    }

    /// The same where a part of what is asked for takes another right.
    pub(super) fn require(&self, right: Right) -> Result<(), ManagementError> {
        if self.may(right) { Ok(()) } else { Err(ManagementError::Forbidden { right, role: self.role }) }
    }

    /// Whether they still may: they did not log out, the token was not deleted, and neither lost the right.
    pub(super) async fn still_holds(&self, store: &Store) -> Result<bool, StoreError> {
        self.still_may(self.right, store).await
    }

    /// The same of another right that they had.
    pub(super) async fn still_may(&self, right: Right, store: &Store) -> Result<bool, StoreError> {
        Ok(match &self.proof {
            Proof::Cookie(token) => {
                store.glance_at_session(token.expose_secret()).await?.is_some_and(|account| {
                    let acting = account.acting.filter(|acting| acting.tenant_id == self.tenant_id);
                    acting.is_some_and(|acting| {
                        right.is_of(acting.role) && right.is_left(acting.suspension_reason.is_some())
                    })
                })
            }
            Proof::Token(token) => {
                let found = store.find_token(token).await?;
                found.is_some_and(|found| right.is_of(found.role) && right.is_left(found.is_suspended))
            }
        })
    }
}

fn is_id(value: &HeaderValue, tenant: TenantId) -> bool {
    value.to_str().is_ok_and(|text| text.parse() == Ok(tenant.0))
}

fn check_standing(right: Right, is_suspended: bool) -> Result<(), ManagementError> {
    if right.is_left(is_suspended) { Ok(()) } else { Err(ManagementError::Suspended) }
}

/// A token of one app sees no other, and nothing that is not of an app but the list of apps.
fn confine(request: &HttpRequest, right: Right, app: Option<AppId>) -> Result<(), ManagementError> {
    let Some(app) = app else { return Ok(()) };
    match request.match_info().get("app_id") {
        Some(asked) if asked.parse() == Ok(app) => Ok(()),
        Some(_) => Err(ManagementError::NotFound),
        None if right == Right::ViewApps => Ok(()),
        None => Err(ManagementError::Confined),
    }
}

// What proves who acts is among an operation's ways of security.
silent!(Session, Person, Program);

impl FromRequest for Session {
    type Error = ManagementError;
    type Future = Ready<Result<Self, ManagementError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(request.extensions().get::<Self>().cloned().ok_or(ManagementError::Unauthenticated))
    }
}

impl FromRequest for Program {
    type Error = ManagementError;
    type Future = Ready<Result<Self, ManagementError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let session = request.extensions().get::<Session>().cloned();
        ready(match session {
            Some(session) if matches!(session.proof, Proof::Token(_)) => Ok(Self(session)),
            Some(_) => Err(ManagementError::ProgramsOnly),
            None => Err(ManagementError::Unauthenticated),
        })
    }
}

impl FromRequest for Person {
    type Error = ManagementError;
    type Future = Ready<Result<Self, ManagementError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(request.extensions().get::<Self>().cloned().ok_or(ManagementError::PeopleOnly))
    }
}

/// The token of `Authorization: Bearer …`. A request that has one is judged by it alone: a cookie beside it
/// is not looked at, which is what exempts it from the check of where it comes from.
pub(super) fn bearer(headers: &HeaderMap) -> Option<SecretString> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().into())
}

pub(super) fn management(request: &HttpRequest) -> &Data<Management> {
    request.app_data().expect("configured with the routes")
}

/// The person whose cookie the request has.
pub(super) async fn find_person(request: &HttpRequest) -> Result<Person, ManagementError> {
    if bearer(request.headers()).is_some() {
        return Err(ManagementError::PeopleOnly);
    }
    let management = management(request);
    let cookie = request.cookie(name(management.secure_cookies));
    let token = cookie.ok_or(ManagementError::Unauthenticated)?.value().to_owned();
    let account = management.store.find_session(&token).await?;
    Ok(Person { account: account.ok_or(ManagementError::Unauthenticated)?, token: token.into() })
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
