//! People of a platform that sends mails.

use campanile_tests::{Mailbox, Options, Platform};
use serde_json::json;

use crate::person::{PASSWORD, Person, cookie, log_in, post};

/// A platform and where its mails arrive.
pub(crate) fn platform() -> (Platform, Mailbox) {
    let mailbox = Mailbox::open().unwrap();
    let environment = mailbox.environment();
    (Platform::spawn_with(Options { environment, ..Options::default() }).unwrap(), mailbox)
}

/// Someone who has signed up and followed the link.
pub(crate) fn sign_up<'a>(platform: &'a Platform, mailbox: &Mailbox, email: &str) -> Person<'a> {
    let body = json!({ "organisation": "Acme", "email": email, "password": PASSWORD });
    let response = post(platform, "/signup", &[], &body);
    assert_eq!(response.status, 202, "{}", response.body);
    let token = mailbox.next_to(email).unwrap().secret("verify-email").unwrap();
    let verified = post(platform, "/email/verify", &[], &json!({ "token": token }));
    assert_eq!(verified.status, 200, "{}", verified.body);
    log_in(platform, email)
}

/// Someone whom a member has invited and who has no account yet.
pub(crate) fn join<'a>(by: &Person<'a>, mailbox: &Mailbox, email: &str, role: &str) -> Person<'a> {
    by.ok("POST", "/invitations", &json!({ "email": email, "role": role }));
    let token = mailbox.next_to(email).unwrap().secret("accept-invitation").unwrap();
    let body = json!({ "token": token, "password": PASSWORD });
    let response = post(by.platform, "/invitations/accept", &[], &body);
    assert_eq!(response.status, 201, "{}", response.body);
    Person { platform: by.platform, cookie: cookie(&response) }
}
