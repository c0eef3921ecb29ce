//! Signing up, logging in and out.

use std::{
    net::IpAddr,
    time::{Duration, Instant},
};

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Json},
};
use campanile_control::{Account, AccountError, LoggedIn, NewAccount, Role, SessionToken};
use campanile_protocol::TenantId;
use futures_util::future::join;
use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use tokio::time::sleep;
use uuid::Uuid;

use super::{
    Management, ManagementError,
    rights::Access,
    routes::Routes,
    session::{self, Person},
    validation::Form,
};
use crate::openapi::Secret;

/// A new organisation and its owner.
#[derive(Deserialize, JsonSchema)]
pub(super) struct SignUp {
    /// The organisation's name, 1 to 80 characters.
    organisation: String,
    /// The owner's address.
    email: String,
    /// 10 characters to 1,024 bytes, and not one that everybody tries.
    #[schemars(with = "Secret")]
    password: SecretString,
}

/// Who logs in.
#[derive(Deserialize, JsonSchema)]
pub(super) struct LogIn {
    /// Their address, without regard to case.
    email: String,
    /// Their password.
    #[schemars(with = "Secret")]
    password: SecretString,
}

/// The second step of a login.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AnswerChallenge {
    /// From the answer to the first step; good for five minutes and five tries.
    #[schemars(with = "Secret")]
    challenge: SecretString,
    /// Six digits, or a recovery code.
    #[schemars(with = "Secret")]
    code: String,
}

/// Who is logged in, and where they act.
#[derive(Serialize, JsonSchema)]
pub(super) struct SessionReply {
    user: UserReply,
    /// Absent while they belong to no organisation.
    tenant: Option<ActingReply>,
}

/// A person, as they see themself.
#[derive(Serialize, JsonSchema)]
struct UserReply {
    id: Uuid,
    email: String,
    /// Whether the address was shown to be theirs.
    is_verified: bool,
    /// Whether it must be before they may change anything.
    needs_verification: bool,
    /// Whether logging in takes a second factor.
    has_second_factor: bool,
    /// Whether they look after the installation itself.
    is_operator: bool,
}

/// The organisation that a session acts for.
#[derive(Serialize, JsonSchema)]
struct ActingReply {
    id: TenantId,
    name: String,
    /// What the person is there.
    role: Role,
    /// Why its apps take nothing, while the operator has suspended it.
    suspension_reason: Option<String>,
}

/// What a right password alone brings where there is a second factor.
#[derive(Serialize, JsonSchema)]
struct ChallengeReply {
    /// For the second step.
    challenge: String,
    /// `totp`.
    second_factor: &'static str,
}

/// What an answer says that must not say more.
#[derive(Serialize, JsonSchema)]
pub(super) struct NoticeReply {
    /// For a person.
    pub(super) message: &'static str,
}

/// No address is longer (RFC 5321).
const MAX_EMAIL_BYTES: usize = 254;

/// An answer that must not tell by its time what happened comes no sooner than this: longer than any of what
/// may have happened takes.
const ANSWER_AFTER: Duration = Duration::from_millis(400);

/// Accounts.
pub(super) fn routes(routes: &mut Routes<'_>) {
    routes
        .post("/signup", Access::Anyone, sign_up)
        .about("Make an organisation and its first user")
        .creates::<SessionReply>()
        .accepts::<NoticeReply>()
        .refuses(&[409, 429]);
    routes
        .post("/login", Access::Anyone, log_in)
        .about("Log in")
        .answers::<SessionReply>()
        .accepts::<ChallengeReply>()
        .refuses(&[401, 429]);
    routes
        .post("/login/second-factor", Access::Anyone, answer_challenge)
        .about("Answer the challenge of a login")
        .answers::<SessionReply>()
        .refuses(&[410, 429]);
    routes.post("/logout", Access::Person, log_out).about("End the session").answers_nothing();
    routes.get("/me", Access::Person, me).about("Who is logged in");
}

/// `POST /signup`: a new organisation, its first user, and a session. Where mails are sent, 202 instead,
/// whether or not the address had an account: what is what, its owner reads there.
pub(super) async fn sign_up(
    request: HttpRequest,
    body: Json<SignUp>,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    let SignUp { organisation, email, password } = body.into_inner();
    let mut form = Form::default();
    let organisation = form.name("organisation", &organisation);
    let email = form.email("email", &email);
    form.password("password", &password, &email);
    form.check()?;
    let (address, now) = (management.subject(&request), Instant::now());
    // Whoever signs up by the hundred is slowed down, and it is the address that gets the mail.
    management.throttle.attempt(address, &format!("sign-up {email}"), now)?.keep();
    let new = NewAccount { organisation, email, password };
    if management.sends_mail {
        quietly(management.store.sign_up_quietly(new)).await?;
        let message = "Check your mail: we have sent you a link.";
        return Ok(HttpResponse::Accepted().json(NoticeReply { message }));
    }
    let (account, token) = management.store.sign_up(new).await?;
    Ok(welcome(HttpResponse::Created(), account, &token, &management))
}

/// `POST /login`: 200 with a session, or 202 with a challenge where there is a second factor. Where mails are sent,
/// an address that is not verified yet is refused as a wrong password is, and mailed the link again.
pub(super) async fn log_in(
    request: HttpRequest,
    body: Json<LogIn>,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    let LogIn { email, password } = body.into_inner();
    if email.len() > MAX_EMAIL_BYTES || email.contains(char::is_control) {
        return Err(ManagementError::InvalidCredentials);
    }
    let (address, now) = (management.subject(&request), Instant::now());
    let subject = management.login_subject(&request, &email);
    let attempt = management.throttle.attempt(address, &subject, now)?;
    // So that nothing can be told from how long a mail took.
    let refusal_due = sleep(ANSWER_AFTER);
    let logged_in = if management.sends_mail {
        management.store.log_in_verified(&email, password).await
    } else {
        management.store.log_in(&email, password).await
    };
    if let Err(AccountError::WrongCredentials | AccountError::LongPassword) = logged_in {
        attempt.keep();
        if management.sends_mail {
            refusal_due.await;
        }
        return Err(ManagementError::InvalidCredentials);
    }
    attempt.take_back();
    match logged_in? {
        LoggedIn::Session(account, token) => Ok(welcome(HttpResponse::Ok(), account, &token, &management)),
        LoggedIn::SecondFactor(challenge) => {
            let reply = ChallengeReply { challenge: challenge.expose().to_owned(), second_factor: "totp" };
            Ok(HttpResponse::Accepted().insert_header(("Cache-Control", "no-store")).json(reply))
        }
    }
}

/// `POST /login/second-factor`: a code, or a recovery code. Each opens one session.
pub(super) async fn answer_challenge(
    body: Json<AnswerChallenge>,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    let AnswerChallenge { challenge, code } = body.into_inner();
    let (account, token) = management.store.answer_challenge(&challenge, &code).await?;
    Ok(welcome(HttpResponse::Ok(), account, &token, &management))
}

/// `POST /logout`: ends the session everywhere.
pub(super) async fn log_out(
    person: Person,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    management.store.log_out(person.token.expose_secret()).await?;
    Ok(HttpResponse::NoContent().cookie(session::removal(management.secure_cookies)).finish())
}

/// `GET /me`: who is logged in.
pub(super) async fn me(person: Person, management: Data<Management>) -> Json<SessionReply> {
    Json(SessionReply::new(person.account, &management))
}

/// The answer that carries a new session.
pub(super) fn welcome(
    mut response: actix_web::HttpResponseBuilder,
    account: Account,
    token: &SessionToken,
    management: &Management,
) -> HttpResponse {
    let device = management.device_cookie(&account.email);
    let reply = SessionReply::new(account, management);
    response.cookie(session::cookie(token, management.secure_cookies)).cookie(device).json(reply)
}

/// Waits until nothing can be told from how long it took.
pub(super) async fn quietly<T, E: Into<ManagementError>>(
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, ManagementError> {
    join(work, sleep(ANSWER_AFTER)).await.0.map_err(Into::into)
}

impl Management {
    /// The address whose attempts are counted together. Where no proxy is trusted, an address from nearby is
    /// most often that of one nobody told us of, behind which is everyone: only accounts are counted then.
    pub(super) fn subject(&self, request: &HttpRequest) -> Option<IpAddr> {
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

impl SessionReply {
    pub(super) fn new(account: Account, management: &Management) -> Self {
        let needs_verification = management.needs_verification(&account);
        Self {
            user: UserReply {
                id: account.user_id,
                email: account.email,
                is_verified: account.is_verified,
                needs_verification,
                has_second_factor: account.has_second_factor,
                is_operator: account.is_operator,
            },
            tenant: account.acting.map(|acting| ActingReply {
                id: acting.tenant_id,
                name: acting.tenant_name,
                role: acting.role,
                suspension_reason: acting.suspension_reason,
            }),
        }
    }
}
