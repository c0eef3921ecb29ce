use std::time::Duration;

use campanile_tests::{App, Platform, request};
use serde_json::{Value, json};

use crate::{
    person::{PASSWORD, Person, code, cookie, post, sign_up, text},
    signing::{SignedRequest, trigger},
    socket::Client,
};

#[test]
fn a_person_signs_up_logs_out_and_in_again() {
    let platform = Platform::spawn().unwrap();
    let person = sign_up(&platform, "owner@example.com");
    let me = person.ok("GET", "/me", &Value::Null);
    assert_eq!((&me["user"]["email"], &me["tenant"]["name"]), (&"owner@example.com".into(), &"Acme".into()));
    assert_eq!(person.send("POST", "/logout", &json!({})).status, 204);
    assert_eq!(code(&person.send("GET", "/me", &Value::Null)), "unauthenticated");

    let credentials = |password: &str| json!({ "email": "Owner@example.com", "password": password });
    assert_eq!(code(&post(&platform, "/login", &[], &credentials("wrong password"))), "invalid_credentials");
    let unknown = json!({ "email": "nobody@example.com", "password": PASSWORD });
    assert_eq!(code(&post(&platform, "/login", &[], &unknown)), "invalid_credentials");
    let response = post(&platform, "/login", &[], &credentials(PASSWORD));
    assert_eq!(response.status, 200);
    let again = Person { platform: &platform, cookie: cookie(&response) };
    assert_ne!(again.cookie, person.cookie);
    again.ok("GET", "/me", &Value::Null);
}

#[test]
fn a_form_is_answered_field_by_field() {
    let platform = Platform::spawn().unwrap();
    let response =
        post(&platform, "/signup", &[], &json!({ "organisation": " ", "email": "x", "password": "short" }));
    assert_eq!((response.status, code(&response).as_str()), (422, "validation_failed"));
    let body: Value = serde_json::from_str(&response.body).unwrap();
    let fields: Vec<_> = body["error"]["fields"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(fields, ["email", "organisation", "password"]);

    let person = sign_up(&platform, "owner@example.com");
    let again = json!({ "organisation": "Other", "email": "OWNER@example.com", "password": PASSWORD });
    assert_eq!(code(&post(&platform, "/signup", &[], &again)), "conflict");
    assert_eq!(person.send("POST", "/apps", &json!({ "name": "" })).status, 422);
    assert_eq!(person.send("POST", "/apps", &json!({})).status, 400);
    let (app, _) = person.create_app();
    let webhooks = format!("/apps/{}/webhooks", app.id);
    for (body, field) in [
        (json!({ "url": "nonsense", "event_types": ["channel_occupied"] }), "url"),
        (json!({ "url": "http://10.0.0.1/", "event_types": ["channel_occupied"] }), "url"),
        (json!({ "url": "http://example.com/", "event_types": [] }), "event_types"),
        (json!({ "url": "http://example.com/", "event_types": ["nonsense"] }), "event_types"),
    ] {
        let response = person.send("POST", &webhooks, &body);
        assert_eq!(response.status, 422, "{body}: {}", response.body);
        assert!(response.body.contains(&format!("\"{field}\":")), "{body}: {}", response.body);
    }
}

#[test]
fn another_tenant_and_a_stranger_find_nothing() {
    let platform = Platform::spawn().unwrap();
    let (owner, rival) = (sign_up(&platform, "owner@example.com"), sign_up(&platform, "rival@example.com"));
    let stranger = Person { platform: &platform, cookie: "campanile_session=nonsense".to_owned() };
    let (app, key_id) = owner.create_app();
    let hook = json!({ "url": "http://127.0.0.1:9/", "event_types": ["channel_occupied"] });
    let hook = owner.ok("POST", &format!("/apps/{}/webhooks", app.id), &hook);
    let (id, hook_id) = (&app.id, text(&hook["id"]));
    let event = json!({ "channel": "news", "name": "x", "data": "x" });
    let routes = [
        ("GET", format!("/apps/{id}"), Value::Null),
        ("PATCH", format!("/apps/{id}"), json!({ "name": "Stolen" })),
        ("POST", format!("/apps/{id}/keys"), json!({})),
        ("POST", format!("/apps/{id}/keys/{key_id}/reveal"), json!({})),
        ("POST", format!("/apps/{id}/events"), event),
        ("GET", format!("/apps/{id}/live"), Value::Null),
        ("GET", format!("/apps/{id}/webhooks"), Value::Null),
        (
            "POST",
            format!("/apps/{id}/webhooks"),
            json!({ "url": "http://example.com/", "event_types": ["client_event"] }),
        ),
        ("GET", format!("/apps/{id}/webhooks/{hook_id}/deliveries"), Value::Null),
        ("DELETE", format!("/apps/{id}/webhooks/{hook_id}"), Value::Null),
        ("DELETE", format!("/apps/{id}/keys/{key_id}"), Value::Null),
        ("DELETE", format!("/apps/{id}"), Value::Null),
    ];
    for (method, path, body) in &routes {
        assert_eq!(rival.send(method, path, body).status, 404, "{method} {path}");
        assert_eq!(stranger.send(method, path, body).status, 401, "{method} {path}");
    }
    assert_eq!(rival.ok("GET", "/apps", &Value::Null), json!({ "apps": [] }));
    // The owner's own last, so that nothing above can have failed for want of the thing itself.
    for (method, path, body) in routes.iter().filter(|(_, path, _)| !path.ends_with("/live")) {
        owner.ok(method, path, body);
    }
}

#[test]
fn a_foreign_page_changes_nothing() {
    let platform = Platform::spawn().unwrap();
    let person = sign_up(&platform, "owner@example.com");
    let session = format!("Cookie: {}", person.cookie);
    let own = format!("Origin: http://{}", platform.authority);
    let json_type = "Content-Type: application/json";
    for (headers, allowed) in [
        (vec![json_type], true),
        (vec![json_type, &own], true),
        (vec![json_type, "Sec-Fetch-Site: same-origin"], true),
        (vec![json_type, "Origin: http://evil.example"], false),
        (vec![json_type, "Origin: null"], false),
        (vec![json_type, "Sec-Fetch-Site: cross-site"], false),
        (vec![json_type, "Sec-Fetch-Site: same-site"], false),
        (vec!["Content-Type: text/plain"], false),
        (vec!["Content-Type: application/x-www-form-urlencoded"], false),
        (vec![], false),
    ] {
        let headers: Vec<_> = headers.into_iter().chain([session.as_str()]).collect();
        let body = br#"{"name":"x"}"#;
        let response = request(&platform.authority, "POST", "/api/v1/apps", &headers, body).unwrap();
        assert_eq!(response.status, if allowed { 201 } else { 403 }, "{headers:?}: {}", response.body);
    }
}

#[test]
fn what_the_owner_changes_is_in_force_at_once() {
    let platform = Platform::spawn().unwrap();
    let person = sign_up(&platform, "owner@example.com");
    let (app, key_id) = person.create_app();
    let path = format!("/apps/{}", app.id);
    let (mut alice, mut bob) = (Client::connect(&platform, &app), Client::connect(&platform, &app));
    alice.subscribe("private-x", None);
    bob.subscribe("private-x", None);
    let hello = json!({ "event": "client-hi", "channel": "private-x", "data": "x" });
    alice.say(&hello);
    assert_eq!(alice.next()["data"]["code"], 4301);

    person.ok("PATCH", &path, &json!({ "settings": { "client_events": true } }));
    eventually(|| {
        alice.say(&hello);
        alice.say(&json!({ "event": "pusher:ping" }));
        let accepted = alice.next_event() == "pusher:pong";
        assert!(accepted || alice.next_event() == "pusher:pong");
        accepted
    });
    assert_eq!(bob.next_event(), "client-hi");

    let second = person.ok("POST", &format!("{path}/keys"), &json!({ "label": "second" }));
    let shown = person.ok("POST", &format!("{path}/keys/{}/reveal", text(&second["id"])), &json!({}));
    let rotated = App { id: app.id.clone(), key: text(&shown["key"]), secret: text(&shown["secret"]) };
    Client::connect(&platform, &rotated).fence();
    person.ok("DELETE", &format!("{path}/keys/{key_id}"), &Value::Null);
    eventually(|| SignedRequest::get(&app, "channels").send(&platform).status == 401);
    assert_eq!(Client::open(&platform, &app).closed(), 4001);
    trigger(&platform, &rotated, "private-x", "still-here");
    while bob.next_event() != "still-here" {}

    person.ok("PATCH", &path, &json!({ "enabled": false }));
    assert_eq!(bob.closed(), 4003);
    assert_eq!(Client::open(&platform, &rotated).closed(), 4003);
    assert_eq!(SignedRequest::get(&rotated, "channels").send(&platform).status, 403);
    person.ok("PATCH", &path, &json!({ "enabled": true }));
    eventually(|| SignedRequest::get(&rotated, "channels").send(&platform).status == 200);
    let mut carol = Client::connect(&platform, &rotated);
    person.ok("DELETE", &path, &Value::Null);
    assert_eq!(carol.closed(), 4001);
}

/// Asks again until it holds: a change travels through the database's notice.
fn eventually(mut holds: impl FnMut() -> bool) {
    for _ in 0..500 {
        if holds() {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("it never held");
}

#[test]
fn guessing_a_password_is_slowed_down() {
    let platform = Platform::spawn().unwrap();
    let person = sign_up(&platform, "owner@example.com");
    let guess = json!({ "email": "owner@example.com", "password": "wrong password" });
    for _ in 0..10 {
        assert_eq!(post(&platform, "/login", &[], &guess).status, 401);
    }
    let refused = post(&platform, "/login", &[], &guess);
    assert_eq!((refused.status, refused.head.to_lowercase().contains("retry-after")), (429, true));
    person.ok("GET", "/me", &Value::Null);
}

#[test]
fn who_guesses_a_password_does_not_shut_out_browsers_that_its_owner_has_used() {
    let platform = Platform::spawn().unwrap();
    let account = json!({ "organisation": "Acme", "email": "owner@example.com", "password": PASSWORD });
    let welcome = post(&platform, "/signup", &[], &account);
    let known = welcome.head.lines().find_map(|line| line.split_once("campanile_device=")).unwrap().1;
    let device = format!("Cookie: campanile_device={}", known.split(';').next().unwrap());
    let guess = json!({ "email": "owner@example.com", "password": "wrong password" });
    for _ in 0..10 {
        assert_eq!(post(&platform, "/login", &[], &guess).status, 401);
    }
    let right = json!({ "email": "Owner@example.com", "password": PASSWORD });
    assert_eq!(post(&platform, "/login", &[], &right).status, 429);
    assert_eq!(post(&platform, "/login", &["Cookie: campanile_device=00"], &right).status, 429);
    assert_eq!(post(&platform, "/login", &[&device], &right).status, 200);
    for _ in 0..10 {
        assert_eq!(post(&platform, "/login", &[&device], &guess).status, 401);
    }
    assert_eq!(
        post(&platform, "/login", &[&device], &right).status,
        429,
        "a known browser may guess no more"
    );
}

#[test]
fn a_request_that_means_another_organisation_than_the_session_acts_for_changes_nothing() {
    let platform = Platform::spawn().unwrap();
    let person = sign_up(&platform, "owner@example.com");
    let first = text(&person.ok("GET", "/tenant", &Value::Null)["id"]);
    person.ok("POST", "/me/tenants", &json!({ "name": "Second" }));
    let cookie = format!("Cookie: {}", person.cookie);
    let create = |meant: &str| {
        let meant = format!("X-Campanile-Tenant: {meant}");
        post(&platform, "/apps", &[&cookie, &meant], &json!({ "name": "Chat" }))
    };
    for meant in [first.as_str(), "Second", ""] {
        let refused = create(meant);
        assert_eq!((refused.status, code(&refused).as_str()), (409, "other_tenant"), "{meant}");
        assert!(refused.body.contains("Second"), "{}", refused.body);
    }
    assert_eq!(person.ok("GET", "/apps", &Value::Null)["apps"], json!([]));
    person.ok("POST", &format!("/me/tenants/{first}/enter"), &Value::Null);
    assert_eq!(create(&first).status, 201);
}

#[test]
fn no_secret_reaches_the_log() {
    let options = campanile_tests::Options {
        environment: vec![("CAMPANILE_LOG_FILTER", "trace".to_owned())],
        ..campanile_tests::Options::default()
    };
    let platform = Platform::spawn_with(options).unwrap();
    let person = sign_up(&platform, "owner@example.com");
    let (app, _) = person.create_app();
    let mut client = Client::connect(&platform, &app);
    client.subscribe("presence-p", Some(r#"{"user_id":"u","user_info":"a private matter"}"#));
    let body = json!({ "name": "x", "channel": "presence-p", "data": "a private event" });
    let request = SignedRequest::post(&app, "events", &body);
    assert_eq!(request.send(&platform).status, 200);
    assert_eq!(client.next_event(), "x");
    let token = person.cookie.split_once('=').unwrap().1;
    let log = platform.log();
    assert!(log.lines().count() > 20, "the log tells nothing: {log}");
    for secret in [app.secret.as_str(), PASSWORD, token, "a private matter", "a private event"] {
        assert!(!log.contains(secret), "{secret:?} is in the log");
    }
}
