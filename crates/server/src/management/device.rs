//! The cookie of a browser that someone has logged in with: see [`Store::knows_device`].
//!
//! [`Store::knows_device`]: campanile_control::Store::knows_device

use actix_web::{
    HttpRequest,
    cookie::{Cookie, SameSite, time::Duration},
};

use super::Management;

const LIFETIME: Duration = Duration::days(365);

impl Management {
    /// Under which name this login's failures are counted: browsers that are known for the address together, and
    /// all others. Who guesses from elsewhere shuts the door only to the others.
    pub(super) fn login_subject(&self, request: &HttpRequest, email: &str) -> String {
        let mark = request.cookie(name(self.secure_cookies));
        let is_known = mark.is_some_and(|mark| self.store.knows_device(email, mark.value()));
        if is_known { format!("known {email}") } else { email.to_owned() }
    }

    /// The cookie that has the browser known.
    pub(super) fn device_cookie(&self, email: &str) -> Cookie<'static> {
        Cookie::build(name(self.secure_cookies), self.store.mark_device(email))
            .path("/")
            .http_only(true)
            .same_site(SameSite::Strict)
            .secure(self.secure_cookies)
            .max_age(LIFETIME)
            .finish()
    }
}

fn name(is_secure: bool) -> &'static str {
    if is_secure { "__Host-campanile_device" } else { "campanile_device" }
}
