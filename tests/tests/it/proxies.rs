//! Whose attempts to guess a password are counted together, behind a proxy and without.

use campanile_tests::{Options, Platform};
use serde_json::{Value, json};

use crate::person::{Person, cookie, post, sign_up};

/// As in the platform: what an address may fail in a minute.
const FAILURES_PER_ADDRESS: usize = 50;

fn behind(proxies: &str) -> Platform {
    let environment = vec![("CAMPANILE_TRUSTED_PROXIES", proxies.to_owned())];
    Platform::spawn_with(Options { environment, ..Options::default() }).unwrap()
}

/// One guess at an account of its own, with these headers; the status of the answer. The password is too
/// long to be anyone's, which is found out without hashing it: a minute must be enough for all of them.
fn guess(platform: &Platform, attempt: usize, headers: &[&str]) -> u16 {
    let password = "wrong password".repeat(100);
    let guess = json!({ "email": format!("nobody-{attempt}@example.com"), "password": password });
    post(platform, "/login", headers, &guess).status
}

/// Guesses until the address has failed as often as it may. The account, the only other thing that is
/// counted, is another one each time.
fn exhaust(platform: &Platform, headers: impl Fn(usize) -> String) {
    for attempt in 0..FAILURES_PER_ADDRESS {
        assert_eq!(guess(platform, attempt, &[&headers(attempt)]), 401, "{}", headers(attempt));
    }
}

#[test]
fn clients_behind_one_proxy_are_throttled_each_for_itself() {
    let platform = behind("127.0.0.1");
    // Whatever the client puts in front, the proxy writes its address last.
    exhaust(&platform, |attempt| format!("X-Forwarded-For: 203.0.113.{attempt}, 198.51.100.7"));
    for headers in [
        ["X-Forwarded-For: 198.51.100.7", ""],
        ["X-Forwarded-For: 192.0.2.1, 198.51.100.7", ""],
        ["X-Forwarded-For: 127.0.0.1", "X-Forwarded-For: 198.51.100.7, 127.0.0.1"],
        ["Forwarded: for=198.51.100.7;proto=https", ""],
    ] {
        let headers: Vec<_> = headers.into_iter().filter(|header| !header.is_empty()).collect();
        assert_eq!(guess(&platform, 900, &headers), 429, "{headers:?}");
    }
    for header in ["X-Forwarded-For: 198.51.100.8", "X-Forwarded-For: 198.51.100.7, 198.51.100.8"] {
        assert_eq!(guess(&platform, 901, &[header]), 401, "{header}");
    }
    let account =
        json!({ "organisation": "Acme", "email": "new@example.com", "password": "long enough, this" });
    assert_eq!(post(&platform, "/signup", &["X-Forwarded-For: 198.51.100.7"], &account).status, 429);
    assert_eq!(post(&platform, "/signup", &["X-Forwarded-For: 198.51.100.8"], &account).status, 201);
}

#[test]
fn sessions_and_the_audit_log_name_the_client_and_not_its_proxy() {
    let platform = behind("127.0.0.1");
    let account =
        json!({ "organisation": "Acme", "email": "ada@example.com", "password": "long enough, this" });
    let signed_up = post(&platform, "/signup", &["X-Forwarded-For: 198.51.100.7"], &account);
    let ada = Person { platform: &platform, cookie: cookie(&signed_up) };
    let listed = |path: &str, of: &str| {
        let reply = ada.ok("GET", path, &Value::Null);
        reply[of].as_array().unwrap().iter().map(|one| one["address"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(listed("/me/sessions", "sessions"), ["198.51.100.7"]);
    assert_eq!(listed("/audit", "entries"), ["198.51.100.7", "198.51.100.7"]);
}

#[test]
fn the_headers_of_someone_who_is_no_proxy_do_not_count() {
    let platform = behind("192.0.2.0/24, ::1");
    exhaust(&platform, |attempt| format!("X-Forwarded-For: 203.0.113.{attempt}"));
    assert_eq!(guess(&platform, 900, &["X-Forwarded-For: 198.51.100.8"]), 429);
    assert_eq!(guess(&platform, 901, &["Forwarded: for=198.51.100.8"]), 429);
    assert_eq!(guess(&platform, 902, &[]), 429);
}

#[test]
fn without_a_trusted_proxy_an_address_from_nearby_is_not_counted() {
    let platform = Platform::spawn().unwrap();
    exhaust(&platform, |attempt| format!("X-Forwarded-For: 203.0.113.{attempt}"));
    assert_eq!(guess(&platform, 900, &["X-Forwarded-For: 203.0.113.1"]), 401);
    sign_up(&platform, "owner@example.com");
}
