//! Where one is logged in, and how requests are named.

use campanile_tests::{Platform, request};
use serde_json::{Value, json};

use crate::person::{PASSWORD, code, log_in, post, sign_up, text};

#[test]
fn sessions_are_listed_with_where_they_came_from_and_ended_one_by_one_or_all() {
    let platform = Platform::spawn().unwrap();
    let here = sign_up(&platform, "ada@example.com");
    let body = json!({ "email": "ada@example.com", "password": PASSWORD });
    let there = post(&platform, "/login", &["User-Agent: Lynx/2.9"], &body);
    assert_eq!(there.status, 200);
    let listed = here.ok("GET", "/me/sessions", &Value::Null);
    let sessions = listed["sessions"].as_array().unwrap();
    assert_eq!(sessions.len(), 2);
    let other = sessions.iter().find(|session| session["is_current"] == false).unwrap();
    assert_eq!((&other["user_agent"], &other["address"]), (&json!("Lynx/2.9"), &json!("127.0.0.1")));
    let other_path = format!("/me/sessions/{}", text(&other["id"]));
    let eve = sign_up(&platform, "eve@example.com");
    assert_eq!(eve.send("DELETE", &other_path, &Value::Null).status, 404);
    here.ok("DELETE", &other_path, &Value::Null);
    assert_eq!(here.send("DELETE", &other_path, &Value::Null).status, 404);

    let third = log_in(&platform, "ada@example.com");
    assert_eq!(here.ok("DELETE", "/me/sessions", &Value::Null)["ended"], 1);
    assert_eq!(third.send("GET", "/me", &Value::Null).status, 401);
    here.ok("GET", "/me", &Value::Null);
}

#[test]
fn a_password_is_changed_by_who_knows_it_and_must_be_a_good_one() {
    let platform = Platform::spawn().unwrap();
    let ada = sign_up(&platform, "ada@example.com");
    let other = log_in(&platform, "ada@example.com");
    let change = |old: &str, new: &str| {
        ada.send("POST", "/me/password", &json!({ "old_password": old, "password": new }))
    };
    for weak in ["short", "password1234", "ada@example.com", &"x".repeat(20)] {
        let refused = change(PASSWORD, weak);
        assert_eq!((refused.status, refused.body.contains("\"password\":")), (422, true), "{}", refused.body);
    }
    let wrong = change("not the password", "a new password");
    assert_eq!((wrong.status, wrong.body.contains("\"old_password\":")), (422, true), "{}", wrong.body);
    assert_eq!(change(PASSWORD, "a new password").status, 204);
    assert_eq!(other.send("GET", "/me", &Value::Null).status, 401);
    ada.ok("GET", "/me", &Value::Null);
}

#[test]
fn every_answer_names_its_request_and_so_does_an_errors_body() {
    let platform = Platform::spawn().unwrap();
    let ada = sign_up(&platform, "ada@example.com");
    let named = |response: &campanile_tests::Response| {
        let line = response.head.lines().find(|line| line.to_lowercase().starts_with("x-request-id:"));
        line.unwrap().split_once(": ").unwrap().1.to_owned()
    };
    let cookie = format!("Cookie: {}", ada.cookie);
    let ask = |path: &str, headers: &[&str]| {
        request(&platform.authority, "GET", &format!("/api/v1{path}"), headers, b"").unwrap()
    };
    assert_eq!(named(&ask("/me", &[&cookie, "X-Request-Id: abc-1"])), "abc-1");
    let made = named(&ask("/me", &[&cookie, "X-Request-Id: a b"]));
    assert_eq!(made.len(), 36, "{made}");
    for (path, headers, status) in [
        ("/me", &["X-Request-Id: abc-2"][..], 401),
        ("/nowhere", &["X-Request-Id: abc-3"], 404),
        ("/apps/1", &[cookie.as_str(), "X-Request-Id: abc-4"], 404),
        ("/audit?limit=x", &[cookie.as_str(), "X-Request-Id: abc-5"], 400),
    ] {
        let refused = ask(path, headers);
        assert_eq!(refused.status, status, "{path}: {}", refused.body);
        let body: Value = serde_json::from_str(&refused.body).unwrap();
        assert_eq!(body["error"]["request_id"].as_str(), Some(named(&refused).as_str()), "{path}");
        assert!(named(&refused).starts_with("abc-"));
    }
    let foreign =
        post(&platform, "/apps", &[&cookie, "Origin: http://evil.example"], &json!({ "name": "x" }));
    assert_eq!((foreign.status, code(&foreign).as_str()), (403, "forbidden_origin"));
    let body: Value = serde_json::from_str(&foreign.body).unwrap();
    assert_eq!(body["error"]["request_id"].as_str(), Some(named(&foreign).as_str()));
}
