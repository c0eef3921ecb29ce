//! What mails are for: addresses that are their owners', passwords that were forgotten, and a mail server that
//! is away.

use std::{
    thread,
    time::{Duration, Instant},
};

use campanile_tests::{Mailbox, Platform};
use serde_json::{Value, json};

use crate::{
    mailed::{platform, sign_up},
    person::{self, PASSWORD, Person, code, log_in, post, text},
};

fn sign_up_answer(platform: &Platform, email: &str) -> (u16, String) {
    let body = json!({ "organisation": "Acme", "email": email, "password": PASSWORD });
    let response = post(platform, "/signup", &[], &body);
    assert!(!response.head.to_lowercase().contains("set-cookie"), "{}", response.head);
    (response.status, response.body)
}

#[test]
fn signing_up_does_not_tell_whether_an_address_has_an_account() {
    let (platform, mailbox) = platform();
    let first = sign_up_answer(&platform, "ada@example.com");
    assert_eq!(first.0, 202);
    mailbox.next_to("ada@example.com").unwrap().secret("verify-email").unwrap();
    assert_eq!(sign_up_answer(&platform, "ADA@example.com"), first);
    let told = mailbox.next_to("ADA@example.com").unwrap();
    assert!(told.text.contains("has an account"), "{}", told.text);
}

#[test]
fn logging_in_does_not_tell_whether_the_address_that_one_signed_up_with_had_an_account() {
    let (platform, mailbox) = platform();
    sign_up(&platform, &mailbox, "ada@example.com");
    let guessed = "a stranger's guess";
    let attempt = |email: &str, password: &str| {
        let body = json!({ "organisation": "Acme", "email": email, "password": password });
        assert_eq!(post(&platform, "/signup", &[], &body).status, 202);
        let refused = post(&platform, "/login", &[], &json!({ "email": email, "password": password }));
        assert!(!refused.head.to_lowercase().contains("set-cookie"), "{}", refused.head);
        let mut body: Value = serde_json::from_str(&refused.body).unwrap();
        body["error"].as_object_mut().unwrap().remove("request_id").unwrap();
        (refused.status, body)
    };
    let (taken, free) = (attempt("ada@example.com", guessed), attempt("bob@example.com", guessed));
    assert_eq!((taken.0, &taken), (401, &free));
    // Once the address is shown to be theirs, the password opens.
    let token = mailbox.next_to("bob@example.com").unwrap().secret("verify-email").unwrap();
    let verify = || post(&platform, "/email/verify", &[], &json!({ "token": token })).status;
    assert_eq!((verify(), verify()), (200, 410));
    let opened = post(&platform, "/login", &[], &json!({ "email": "bob@example.com", "password": guessed }));
    assert_eq!(opened.status, 200, "{}", opened.body);
}

#[test]
fn who_came_before_mails_were_sent_may_only_look_until_they_have_verified_their_address() {
    let mailbox = Mailbox::open().unwrap();
    let mut platform = Platform::spawn().unwrap();
    let cookie = person::sign_up(&platform, "ada@example.com").cookie;
    platform.stop().unwrap();
    platform.set_environment(mailbox.environment());
    platform.start().unwrap();
    let ada = Person { platform: &platform, cookie };
    assert_eq!(ada.ok("GET", "/me", &Value::Null)["user"]["needs_verification"], true);
    ada.ok("GET", "/apps", &Value::Null);
    for (path, body) in [
        ("/apps", json!({ "name": "Chat" })),
        ("/tokens", json!({ "name": "ci" })),
        ("/me/second-factor", json!({ "password": PASSWORD })),
    ] {
        let refused = ada.send("POST", path, &body);
        assert_eq!((refused.status, code(&refused).as_str()), (403, "email_not_verified"), "{path}");
    }
}

#[test]
fn a_forgotten_password_is_set_anew_by_mail_once() {
    let (platform, mailbox) = platform();
    let ada = sign_up(&platform, &mailbox, "ada@example.com");
    let forgotten = |email: &str| post(&platform, "/password/forgotten", &[], &json!({ "email": email }));
    let (unknown, known) = (forgotten("nobody@example.com"), forgotten("ada@example.com"));
    assert_eq!((unknown.status, &unknown.body), (known.status, &known.body));
    // A host that the request names has no say in where the link leads.
    let token = mailbox.next_to("ada@example.com").unwrap().secret("reset-password").unwrap();
    let reset = |password: &str| {
        post(&platform, "/password/reset", &[], &json!({ "token": token, "password": password }))
    };
    for weak in ["password123", "ada@example.com"] {
        let refused = reset(weak);
        assert_eq!((refused.status, code(&refused).as_str()), (422, "validation_failed"), "{weak}");
    }
    assert_eq!(reset("a new password").status, 204);
    assert_eq!(reset("a third password").status, 410);
    assert_eq!(ada.send("GET", "/me", &Value::Null).status, 401, "all sessions ended");
    let log_in = |password| {
        post(&platform, "/login", &[], &json!({ "email": "ada@example.com", "password": password }))
    };
    assert_eq!((log_in(PASSWORD).status, log_in("a new password").status), (401, 200));
    assert!(mailbox.next_to("ada@example.com").unwrap().text.contains("was changed"));
}

#[test]
fn without_a_mail_server_nothing_is_asked_for_and_links_are_in_the_log() {
    let platform = Platform::spawn().unwrap();
    let ada = person::sign_up(&platform, "ada@example.com");
    let me = ada.ok("GET", "/me", &Value::Null);
    assert_eq!(
        (&me["user"]["is_verified"], &me["user"]["needs_verification"]),
        (&json!(false), &json!(false))
    );
    ada.create_app();
    let marker = format!("http://{}/dashboard/verify-email#", platform.authority);
    let deadline = Instant::now() + Duration::from_secs(30);
    let token = loop {
        let log = platform.log();
        if let Some((_, rest)) = log.split_once(&marker) {
            break rest.chars().take_while(char::is_ascii_hexdigit).collect::<String>();
        }
        assert!(Instant::now() < deadline, "no link in the log");
        thread::sleep(Duration::from_millis(50));
    };
    let verified = post(&platform, "/email/verify", &[], &json!({ "token": token }));
    assert_eq!(verified.status, 200, "{}", verified.body);
    let taken = post(
        &platform,
        "/signup",
        &[],
        &json!({ "organisation": "Acme", "email": "ada@example.com", "password": PASSWORD }),
    );
    assert_eq!((taken.status, code(&taken).as_str()), (409, "conflict"));
}

#[test]
fn a_mail_server_that_is_away_delays_mails_and_loses_none() {
    let (mut platform, mailbox) = platform();
    mailbox.refuse(true);
    sign_up_answer(&platform, "ada@example.com");
    platform.crash_and_restart().unwrap();
    mailbox.refuse(false);
    let token = mailbox.next_to("ada@example.com").unwrap().secret("verify-email").unwrap();
    let verified = post(&platform, "/email/verify", &[], &json!({ "token": token }));
    assert_eq!(verified.status, 200);
    assert!(!platform.log().contains(&token), "a link is in the log");
    let ada = log_in(&platform, "ada@example.com");
    assert_eq!(text(&ada.ok("GET", "/me", &Value::Null)["user"]["email"]), "ada@example.com");
}
