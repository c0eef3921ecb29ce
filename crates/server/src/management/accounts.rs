use std::{net::IpAddr, time::Instant};

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Json},
};
use campanile_control::{Account, AccountError, NewAccount, SessionToken};
use campanile_protocol::TenantId;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    Management, ManagementError,
    session::{self, Person},
    validation::Form,
};

#[derive(Deserialize)]
pub(super) struct SignUp {
    organisation: String,
    email: String,
    password: SecretString,
}

#[derive(Deserialize)]
pub(super) struct LogIn {
    email: String,
    password: SecretString,
}

#[derive(Serialize)]
pub(super) struct SessionReply {
    user: UserReply,
    tenant: TenantReply,
}

#[derive(Serialize)]
struct UserReply {
    id: Uuid,
    email: String,
}

#[derive(Serialize)]
struct TenantReply {
    id: TenantId,
    name: String,
}

const PASSWORD_MIN_BYTES: usize = 10;
const PASSWORD_MAX_BYTES: usize = 1024;

/// `POST /signup`: a new organisation, its first user, and a session.
pub(super) async fn sign_up(
    request: HttpRequest,
    body: Json<SignUp>,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    let SignUp { organisation, email, password } = body.into_inner();
    let mut form = Form::default();
    let organisation = form.name("organisation", &organisation);
    let email = form.email("email", &email);
    let length = password.expose_secret().len();
    form.require("password", length >= PASSWORD_MIN_BYTES, "Use at least 10 characters.");
    form.require("password", length <= PASSWORD_MAX_BYTES, "Use at most 1,024 bytes.");
    form.check()?;
    let (address, now) = (management.subject(&request), Instant::now());
    management.throttle.check(address, &email, now)?;
    let signed_up = management.store.sign_up(NewAccount { organisation, email, password }).await;
    management.throttle.signed_up(address, now);
    let (account, token) = signed_up?;
    Ok(welcome(HttpResponse::Created(), account, &token, &management))
}

/// `POST /login`.
pub(super) async fn log_in(
    request: HttpRequest,
    body: Json<LogIn>,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    let LogIn { email, password } = body.into_inner();
    if email.contains(char::is_control) {
        return Err(ManagementError::InvalidCredentials);
    }
    let (address, now) = (management.subject(&request), Instant::now());
    management.throttle.check(address, &email, now)?;
    let logged_in = management.store.log_in(email.trim(), password).await;
    if let Err(AccountError::WrongCredentials | AccountError::LongPassword) = logged_in {
        management.throttle.failed(address, &email, now);
        return Err(ManagementError::InvalidCredentials);
    }
    let (account, token) = logged_in?;
    Ok(welcome(HttpResponse::Ok(), account, &token, &management))
}

/// `POST /logout`: ends the session everywhere.
pub(super) async fn log_out(
    person: Person,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    management.store.log_out(&person.token).await?;
    Ok(HttpResponse::NoContent().cookie(session::removal(management.secure_cookies)).finish())
}

/// `GET /me`: who is logged in.
pub(super) async fn me(person: Person) -> Json<SessionReply> {
    Json(person.account.into())
}

fn welcome(
    mut response: actix_web::HttpResponseBuilder,
    account: Account,
    token: &SessionToken,
    management: &Management,
) -> HttpResponse {
    response.cookie(session::cookie(token, management.secure_cookies)).json(SessionReply::from(account))
}

impl Management {
    /// The address whose attempts are counted together. Where no proxy is trusted, an address from nearby is
    /// most often that of one nobody told us of, behind which is everyone: only accounts are counted then.
    fn subject(&self, request: &HttpRequest) -> Option<IpAddr> {
        let peer = request.peer_addr()?.ip();
        let client = self.trusted_proxies.client(peer, request.headers());
        (!self.trusted_proxies.is_empty() || !is_near(client)).then_some(client)
    }
}

fn is_near(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_loopback() || address.is_private(),
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local(),
    }
}

impl From<Account> for SessionReply {
    fn from(account: Account) -> Self {
        Self {
            user: UserReply { id: account.user_id, email: account.email },
            tenant: TenantReply { id: account.tenant_id, name: account.tenant_name },
        }
    }
}
