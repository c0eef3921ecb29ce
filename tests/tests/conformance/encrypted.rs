//! 84 to 86: the server passes on what it cannot read. 87 is a suite with the libraries that can.

use serde_json::json;

use crate::scene::Scene;

#[test]
fn p084_an_encrypted_channel_needs_auth_and_its_payload_passes_unchanged() {
    let scene = Scene::new(&[]);
    let mut client = scene.connect();
    for channel in ["private-encrypted-x", "private-encrypted-cache-x"] {
        client.ask(&json!({ "channel": channel, "auth": "" }));
        assert_eq!(client.refusal(channel)["status"], 401);
    }
    client.subscribe("private-encrypted-x");
    let sealed = r#"{"nonce":"WEFKSTBZNkRQQkhTQUhYVEhWM0EzWk1G", "ciphertext":"tsYJa2JgGDOpVIYFe4aNVWAvZlpB7z7CjN9mpIdbATE0Yc4izN8aM8D6VigBxnIQ"}"#;
    scene.publish("private-encrypted-x", "sealed", sealed);
    let data = json!(sealed).to_string();
    assert_eq!(
        client.text(),
        format!(r#"{{"event":"sealed","channel":"private-encrypted-x","data":{data}}}"#)
    );
}

#[test]
fn p085_an_event_to_several_channels_with_an_encrypted_one_is_refused() {
    let scene = Scene::new(&[]);
    let (mut ada, mut bob) = (scene.connect(), scene.connect());
    ada.subscribe("news");
    bob.subscribe("private-encrypted-x");
    for channels in [
        json!(["news", "private-encrypted-x"]),
        json!(["private-encrypted-x", "private-encrypted-y"]),
        json!(["news", "private-encrypted-cache-x"]),
    ] {
        let event = json!({ "name": "x", "data": "x", "channels": channels });
        let response = scene.post("events", &event);
        assert_eq!(response.status, 400, "{channels}: {}", response.body);
    }
    scene.fence("news", [&mut ada]);
    scene.fence("private-encrypted-x", [&mut bob]);
}

#[test]
fn p086_a_batch_may_mix_encrypted_and_plain() {
    let scene = Scene::new(&[]);
    let (mut ada, mut bob) = (scene.connect(), scene.connect());
    ada.subscribe("news");
    bob.subscribe("private-encrypted-x");
    let batch = json!({ "batch": [
        { "channel": "news", "name": "x", "data": "plain" },
        { "channel": "private-encrypted-x", "name": "x", "data": "sealed" },
    ] });
    let response = scene.post("batch_events", &batch);
    assert_eq!((response.status, response.body.as_str()), (200, "{}"));
    assert_eq!((ada.next()["data"].clone(), bob.next()["data"].clone()), (json!("plain"), json!("sealed")));
}
