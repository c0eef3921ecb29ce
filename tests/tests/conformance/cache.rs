//! 78 to 81: channels that remember their last event.

use serde_json::json;

use crate::{
    client::Client,
    scene::{Scene, eventually},
};

const PREFIXES: [&str; 4] = ["cache-", "private-cache-", "private-encrypted-cache-", "presence-cache-"];

/// Subscribes with whatever the kind of channel needs.
fn subscribe(client: &mut Client, channel: &str) {
    let data = channel.starts_with("presence-").then_some(r#"{"user_id":"u1"}"#);
    client.request(channel, data);
    assert_eq!(client.event("pusher_internal:subscription_succeeded")["channel"], channel);
}

#[test]
fn p078_an_empty_cache_is_told_after_the_acknowledgement() {
    let scene = Scene::new(&[]);
    for _ in 0..2 {
        let mut client = scene.connect();
        subscribe(&mut client, "cache-x");
        assert_eq!(client.text(), r#"{"event":"pusher:cache_miss","channel":"cache-x"}"#);
        client.fence();
    }
    let mut client = scene.connect();
    client.subscribe("news");
    client.fence();
}

#[test]
fn p079_a_new_subscriber_gets_the_last_event_and_others_do_not_get_it_again() {
    let scene = Scene::new(&[]);
    let (mut ada, mut bob) = (scene.connect(), scene.connect());
    subscribe(&mut ada, "cache-x");
    ada.event("pusher:cache_miss");
    scene.publish("cache-x", "first", "1");
    scene.publish("cache-x", "second", r#"{"ü": 2}"#);
    ada.event("first");
    ada.event("second");
    subscribe(&mut bob, "cache-x");
    assert_eq!(bob.text(), r#"{"event":"second","channel":"cache-x","data":"{\"ü\": 2}"}"#);
    scene.fence("cache-x", [&mut ada, &mut bob]);
    // An event of a batch and one to several channels are remembered alike.
    let batch = json!({ "batch": [{ "channel": "cache-x", "name": "third", "data": "3" }] });
    assert_eq!(scene.post("batch_events", &batch).status, 200);
    let mut eve = scene.connect();
    subscribe(&mut eve, "cache-x");
    assert_eq!(eve.next(), json!({ "event": "third", "channel": "cache-x", "data": "3" }));
    let both = json!({ "channels": ["cache-x", "news"], "name": "fourth", "data": "4" });
    assert_eq!(scene.post("events", &both).status, 200);
    let mut zoe = scene.connect();
    subscribe(&mut zoe, "cache-x");
    assert_eq!(zoe.next(), json!({ "event": "fourth", "channel": "cache-x", "data": "4" }));
}

#[test]
fn p080_each_cache_prefix_remembers_also_while_unoccupied_and_after_vacating() {
    let scene = Scene::new(&[]);
    for prefix in PREFIXES {
        let channel = format!("{prefix}x");
        scene.publish(&channel, "unoccupied", "1");
        let mut ada = scene.connect();
        subscribe(&mut ada, &channel);
        assert_eq!(ada.next(), json!({ "event": "unoccupied", "channel": channel, "data": "1" }));
        scene.fence(&channel, [&mut ada]);
        ada.unsubscribe(&channel);
        eventually(|| !scene.is_occupied(&channel));
        let mut bob = scene.connect();
        subscribe(&mut bob, &channel);
        bob.event("fence");
        bob.fence();
    }
    // The same name in another app has its own.
    let other = Scene::new(&[]);
    let mut client = other.connect();
    subscribe(&mut client, "cache-x");
    client.event("pusher:cache_miss");
}

#[test]
fn p081_what_is_remembered_expires_within_30_minutes() {
    let scene = Scene::new(&[]);
    scene.publish("cache-x", "posted", "1");
    let info = scene.query("channels/cache-x", &[("info", "cache")]);
    assert_eq!(info["cache"]["data"], "1", "{info}");
    let ttl = info["cache"]["ttl"].as_u64().unwrap();
    assert!((1..=30 * 60).contains(&ttl), "{info}");
}
