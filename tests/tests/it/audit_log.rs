//! Who changed what, through the API and the command line.

use campanile_tests::Platform;
use serde_json::{Value, json};

use crate::{
    person::{post, sign_up, text},
    program::Program,
};

fn actions(log: &Value) -> Vec<&str> {
    log["entries"].as_array().unwrap().iter().rev().map(|entry| entry["action"].as_str().unwrap()).collect()
}

#[test]
fn changes_are_recorded_with_their_actor_origin_and_request() {
    let platform = Platform::spawn().unwrap();
    let owner = sign_up(&platform, "owner@example.com");
    let (app, _) = owner.create_app();
    let app_path = format!("/apps/{}", app.id);
    let cookie = format!("Cookie: {}", owner.cookie);
    let hook = json!({ "url": "http://127.0.0.1:9/", "event_types": ["channel_occupied"] });
    let headers = ["User-Agent: Lynx/2.9", "X-Request-Id: my-request", cookie.as_str()];
    let made = post(&platform, &format!("{app_path}/webhooks"), &headers, &hook);
    assert_eq!(made.status, 201, "{}", made.body);
    let program = Program::of(&owner);
    assert_eq!(program.send("PATCH", &app_path, &json!({ "name": "Talk" }), &[]).status, 200);
    let tenant = text(&owner.ok("GET", "/tenant", &Value::Null)["id"]);
    platform.create_app(&tenant, "By hand", &[]).unwrap();

    let event = json!({ "channel": "news", "name": "posted", "data": "x" });
    owner.ok("POST", &format!("{app_path}/events"), &event);

    let log = owner.ok("GET", "/audit", &Value::Null);
    assert_eq!(
        actions(&log),
        [
            "tenant.created",
            "member.created",
            "app.created",
            "key.created",
            "key.revealed",
            "webhook.created",
            "token.created",
            "app.updated",
            "app.created",
            "key.created",
            "key.revealed",
            "event.sent",
        ]
    );
    let find = |action: &str| {
        log["entries"].as_array().unwrap().iter().find(|entry| entry["action"] == action).unwrap().clone()
    };
    let hook = find("webhook.created");
    assert_eq!(
        (&hook["actor"]["kind"], &hook["actor"]["name"]),
        (&json!("user"), &json!("owner@example.com"))
    );
    assert_eq!((&hook["address"], &hook["user_agent"]), (&json!("127.0.0.1"), &json!("Lynx/2.9")));
    assert_eq!((&hook["request_id"], &hook["app_id"]), (&json!("my-request"), &json!(app.id)));
    let renamed = find("app.updated");
    assert_eq!((&renamed["actor"]["kind"], &renamed["actor"]["name"]), (&json!("token"), &json!("laptop")));
    assert_eq!(
        (&renamed["before"], &renamed["after"]),
        (&json!({ "name": "Chat" }), &json!({ "name": "Talk" }))
    );
    assert_eq!(find("app.created")["actor"]["kind"], "command_line");
    for secret in [&app.secret, "whsec_", "cmt_"] {
        assert!(!log.to_string().contains(secret), "{secret}");
    }
}

#[test]
fn a_program_that_sends_events_is_recorded_once_an_hour_and_a_person_each_time() {
    let platform = Platform::spawn().unwrap();
    let owner = sign_up(&platform, "owner@example.com");
    let (app, _) = owner.create_app();
    let path = format!("/apps/{}/events", app.id);
    let event = json!({ "channel": "news", "name": "posted", "data": "x" });
    let program = Program::of(&owner);
    for _ in 0..3 {
        assert_eq!(program.send("POST", &path, &event, &[]).status, 200);
        owner.ok("POST", &path, &event);
    }
    let log = owner.ok("GET", "/audit?action=event.sent", &Value::Null);
    let by = |kind: &str| {
        log["entries"].as_array().unwrap().iter().filter(|entry| entry["actor"]["kind"] == kind).count()
    };
    // The hour may end in between.
    assert!((1..=2).contains(&by("token")), "{log}");
    assert_eq!(by("user"), 3);
}

#[test]
fn the_log_is_paged_filtered_and_its_organisations_own() {
    let platform = Platform::spawn().unwrap();
    let (owner, rival) = (sign_up(&platform, "owner@example.com"), sign_up(&platform, "rival@example.com"));
    let (app, _) = owner.create_app();
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = owner.ok("GET", &format!("/audit?limit=2&cursor={cursor}"), &Value::Null);
        seen.extend(page["entries"].as_array().unwrap().clone());
        let Some(next) = page["next_cursor"].as_str() else { break };
        next.clone_into(&mut cursor);
    }
    assert_eq!(seen.len(), 5);
    let count = |filter: &str| {
        let log = owner.ok("GET", &format!("/audit?{filter}"), &Value::Null);
        log["entries"].as_array().unwrap().len()
    };
    let me = text(&owner.ok("GET", "/me", &Value::Null)["user"]["id"]);
    for (filter, expected) in [
        ("action=key".to_owned(), 2),
        ("action=key.revealed".to_owned(), 1),
        (format!("app={}", app.id), 3),
        (format!("actor={me}"), 5),
        (format!("target={me}"), 1),
        ("actor=01a20496-a802-70c8-a201-eecf4d7c9405".to_owned(), 0),
        ("to=2020-01-01T00:00:00Z".to_owned(), 0),
        ("from=2020-01-01T00:00:00Z&to=".to_owned(), 5),
    ] {
        assert_eq!(count(&filter), expected, "{filter}");
    }
    for (filter, field) in
        [("actor=x", "actor"), ("from=x", "from"), ("cursor=x", "cursor"), ("app=x", "app")]
    {
        let refused = owner.send("GET", &format!("/audit?{filter}"), &Value::Null);
        assert_eq!(
            (refused.status, refused.body.contains(&format!("\"{field}\":"))),
            (422, true),
            "{filter}"
        );
    }
    let theirs = rival.ok("GET", &format!("/audit?app={}", app.id), &Value::Null);
    assert!(theirs["entries"].as_array().unwrap().is_empty());
}
