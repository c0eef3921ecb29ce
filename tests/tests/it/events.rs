//! The event creator.

use campanile_tests::Platform;
use serde_json::{Value, json};

use crate::{
    person::{code, sign_up},
    signing::sign,
    socket::Client,
};

#[test]
fn an_event_goes_to_several_channels_and_says_whom_it_reached() {
    let platform = Platform::spawn().unwrap();
    let person = sign_up(&platform, "owner@example.com");
    let (app, _) = person.create_app();
    let (mut ann, mut bob) = (Client::connect(&platform, &app), Client::connect(&platform, &app));
    ann.subscribe("both", None);
    bob.subscribe("both", None);
    bob.subscribe("only-bob", None);
    let user = r#"{"id":"ann"}"#;
    let signature = sign(&app.secret, &format!("{}::user::{user}", ann.socket_id));
    let data = json!({ "auth": format!("{}:{signature}", app.key), "user_data": user });
    ann.say(&json!({ "event": "pusher:signin", "data": data }));
    assert_eq!(ann.next_event(), "pusher:signin_success");

    let path = format!("/apps/{}/events", app.id);
    let body = json!({
        "channels": ["both", "only-bob", "nobody", "cache-empty"], "name": "posted", "data": "x",
        "exclude_socket_id": bob.socket_id,
    });
    let sent = person.ok("POST", &path, &body);
    let expected = json!([
        { "channel": "both", "subscribers": 1, "remembered": false },
        { "channel": "only-bob", "subscribers": 0, "reason": "only_excluded", "remembered": false },
        { "channel": "nobody", "subscribers": 0, "reason": "nobody_subscribed", "remembered": false },
        { "channel": "cache-empty", "subscribers": 0, "reason": "nobody_subscribed", "remembered": true },
    ]);
    assert_eq!(sent, json!({ "subscribers": 1, "channels": expected }));
    assert_eq!(ann.next()["channel"], "both");
    bob.fence();

    let to =
        |user_id: &str| person.ok("POST", &path, &json!({ "user_id": user_id, "name": "hi", "data": {} }));
    assert_eq!(to("ann")["subscribers"], 1);
    assert_eq!(ann.next()["channel"], "#server-to-user-ann");
    assert_eq!(to("carol")["channels"][0]["reason"], "user_offline");
    bob.fence();
}

#[test]
fn an_event_without_a_target_or_with_a_bad_one_is_refused_by_field() {
    let platform = Platform::spawn().unwrap();
    let person = sign_up(&platform, "owner@example.com");
    let (app, _) = person.create_app();
    let path = format!("/apps/{}/events", app.id);
    let channels: Vec<_> = (0..101).map(|number| format!("c{number}")).collect();
    for (body, field) in [
        (json!({ "name": "x", "data": 1 }), "channel"),
        (json!({ "channels": [], "name": "x", "data": 1 }), "channel"),
        (json!({ "channel": "a b", "name": "x", "data": 1 }), "channel"),
        (json!({ "channels": channels, "name": "x", "data": 1 }), "channels"),
        (json!({ "channels": ["a", "private-encrypted-b"], "name": "x", "data": 1 }), "channels"),
        (json!({ "user_id": "a b", "name": "x", "data": 1 }), "user_id"),
        (json!({ "channel": "a", "name": "pusher:x", "data": 1 }), "name"),
        (json!({ "channel": "a", "name": "x", "data": "x".repeat(10_241) }), "data"),
        (json!({ "channel": "a", "name": "x", "data": 1, "exclude_socket_id": "x" }), "exclude_socket_id"),
    ] {
        let refused = person.send("POST", &path, &body);
        assert_eq!(code(&refused), "validation_failed", "{field}: {}", refused.body);
        let fields: Value = serde_json::from_str(&refused.body).unwrap();
        assert!(fields["error"]["fields"][field].is_string(), "{field}: {}", refused.body);
    }
}
