//! 40 to 44: signatures of subscriptions.

use serde_json::{Value, json};

use crate::{scene::Scene, signing::sign};

#[test]
fn p040_a_valid_signature_is_accepted() {
    let vectors = include_str!("../../../sdk-specs/vectors/signatures.json");
    let vectors: Value = serde_json::from_str(vectors).unwrap();
    for vector in vectors["channel_auth"].as_array().unwrap() {
        let text = |name: &str| vector[name].as_str().unwrap_or_default().to_owned();
        let data = vector["channel_data"].as_str().map(|data| format!(":{data}")).unwrap_or_default();
        let signed = format!("{}:{}{data}", text("socket_id"), text("channel"));
        assert_eq!(sign(&text("secret"), &signed), text("signature"), "{}", text("id"));
    }
    // What signs the vectors opens channels here.
    let scene = Scene::new(&[]);
    let mut client = scene.connect();
    for channel in ["private-foobar", "private-encrypted-channel", "private-cache-x", "private--azAZ9_=@,.;"]
    {
        client.subscribe(channel);
        if channel == "private-cache-x" {
            client.event("pusher:cache_miss");
        }
    }
}

#[test]
fn p041_whatever_is_wrong_with_a_signature_refuses_the_subscription_only() {
    let (scene, other) = (Scene::new(&[]), Scene::new(&[]));
    let mut client = scene.connect();
    let stranger = scene.connect();
    let key = &scene.app.key;
    let good = client.auth("private-x", None);
    let signature = good.split_once(':').unwrap().1.to_owned();
    let foreign = sign(&other.app.secret, &format!("{}:private-x", client.socket_id));
    for (name, auth) in [
        ("wrong signature", json!(format!("{key}:{}", "0".repeat(64)))),
        ("wrong socket", json!(stranger.auth("private-x", None))),
        ("wrong channel", json!(client.auth("private-y", None))),
        ("signature of another app", json!(format!("{key}:{foreign}"))),
        ("key of another app", json!(format!("{}:{foreign}", other.app.key))),
        ("unknown key", json!(format!("nobody:{signature}"))),
        ("upper case", json!(format!("{key}:{}", signature.to_uppercase()))),
        ("empty", json!("")),
        ("null", Value::Null),
        ("no separator", json!("nonsense")),
        ("only the key", json!(format!("{key}:"))),
        ("only the signature", json!(format!(":{signature}"))),
        ("half of it", json!(&good[..good.len() - 1])),
        ("more than it", json!(format!("{good}0"))),
    ] {
        client.ask(&json!({ "channel": "private-x", "auth": auth }));
        assert_eq!(client.refusal("private-x")["status"], 401, "{name}");
        client.fence();
    }
    client.ask(&json!({ "channel": "private-x" }));
    assert_eq!(client.refusal("private-x")["status"], 401);
    assert!(!scene.is_occupied("private-x"));
    client.subscribe("private-x");
}

#[test]
fn p042_a_refusal_tells_channel_type_and_status() {
    let scene = Scene::new(&[]);
    let mut client = scene.connect();
    client.ask(&json!({ "channel": "private-x", "auth": "" }));
    let frame = client.event("pusher:subscription_error");
    assert_eq!(frame["channel"], "private-x", "{frame}");
    let data = &frame["data"];
    assert_eq!((&data["type"], &data["status"]), (&json!("AuthError"), &json!(401)), "{frame}");
    assert!(data["error"].as_str().is_some_and(|text| !text.is_empty()), "{frame}");
}

#[test]
fn p043_channel_data_of_a_private_channel_is_signed_too() {
    let scene = Scene::new(&[]);
    let data = r#"{ "user_id" : "u1", "ü": 1 }"#;
    let mut client = scene.connect();
    let (with, without) = (client.auth("private-x", Some(data)), client.auth("private-x", None));
    client.ask(&json!({ "channel": "private-x", "auth": without, "channel_data": data }));
    assert_eq!(client.refusal("private-x")["status"], 401);
    client.ask(&json!({ "channel": "private-x", "auth": with }));
    assert_eq!(client.refusal("private-x")["status"], 401);
    let compact = r#"{"user_id":"u1","ü":1}"#;
    client.ask(&json!({ "channel": "private-x", "auth": with, "channel_data": compact }));
    assert_eq!(client.refusal("private-x")["status"], 401);
    client.ask(&json!({ "channel": "private-x", "auth": with, "channel_data": data }));
    assert_eq!(
        client.text(),
        r#"{"event":"pusher_internal:subscription_succeeded","channel":"private-x","data":"{}"}"#
    );
}

#[test]
fn p044_a_prefix_counts_only_whole_and_at_the_start() {
    let scene = Scene::new(&["client_events=true"]);
    let mut client = scene.connect();
    for name in [
        "private",
        "privatefoo",
        "private_foo",
        "my-private-foo",
        "Private-foo",
        "presence",
        "presencefoo",
        "my-presence-foo",
        "cache",
        "cachefoo",
        "my-cache-foo",
        "-private-foo",
    ] {
        client.ask(&json!({ "channel": name, "auth": "" }));
        assert_eq!(
            client.text(),
            format!(
                r#"{{"event":"pusher_internal:subscription_succeeded","channel":"{name}","data":"{{}}"}}"#
            )
        );
        client.client_event("client-x", name, &json!({}));
        client.error(4301);
        // A cache channel would say that it has nothing.
        client.fence();
    }
    // Private, but not encrypted.
    client.subscribe("private-encrypted");
    let two = json!({ "name": "x", "data": "x", "channels": ["private-encrypted", "news"] });
    assert_eq!(scene.post("events", &two).status, 200);
}
