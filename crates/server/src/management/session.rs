use std::{future::Future, pin::Pin};

use actix_web::{
    FromRequest, HttpRequest,
    cookie::{Cookie, SameSite, time::Duration},
    dev::Payload,
    web::Data,
};
use campanile_control::{Account, SessionToken};

use super::{Management, ManagementError};

/// A person who is logged in, acting for one tenant.
pub(super) struct Session {
    pub(super) account: Account,
    pub(super) token: String,
}

/// A session outlives no more than this; the store ends it sooner when it is idle.
const LIFETIME: Duration = Duration::days(7);

impl FromRequest for Session {
    type Error = ManagementError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ManagementError>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let management = request.app_data::<Data<Management>>().expect("configured with the routes");
            let cookie = request.cookie(name(management.secure_cookies));
            let token = cookie.ok_or(ManagementError::Unauthenticated)?.value().to_owned();
            let account = management.store.find_session(&token).await?;
            Ok(Self { account: account.ok_or(ManagementError::Unauthenticated)?, token })
        })
    }
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
