//! 31 to 39: subscribing, and names of channels.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use serde_json::{Value, json};

use crate::scene::Scene;

#[test]
fn p031_a_public_channel_needs_no_auth_however_that_is_written() {
    let scene = Scene::new(&[]);
    for data in [
        json!({ "channel": "news", "auth": "" }),
        json!({ "channel": "news", "auth": null }),
        json!({ "channel": "news" }),
        json!({ "channel": "news", "auth": "", "channel_data": null }),
        json!({ "channel": "news", "unknown": [1] }),
        json!(r#"{"channel":"news","auth":""}"#),
    ] {
        let mut client = scene.connect();
        client.ask(&data);
        client.event("pusher_internal:subscription_succeeded");
        scene.fence("news", [&mut client]);
    }
}

#[test]
fn p032_a_subscription_is_acknowledged_with_channel_and_an_empty_object_as_text() {
    let scene = Scene::new(&[]);
    let mut client = scene.connect();
    client.request("news", None);
    assert_eq!(
        client.text(),
        r#"{"event":"pusher_internal:subscription_succeeded","channel":"news","data":"{}"}"#
    );
}

#[test]
fn p033_no_event_of_a_channel_precedes_its_acknowledgement() {
    let scene = Scene::new(&[]);
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                scene.publish("busy", "posted", "x");
            }
        });
        for _ in 0..50 {
            let mut client = scene.connect();
            client.subscribe("busy");
            client.event("posted");
        }
        is_over.store(true, Ordering::Relaxed);
    });
}

#[test]
fn p034_a_second_subscription_doubles_neither_delivery_nor_count() {
    let scene = Scene::new(&["subscription_count=true"]);
    let mut client = scene.connect();
    client.subscribe("news");
    assert_eq!(client.data("pusher_internal:subscription_count"), json!({ "subscription_count": 1 }));
    client.request("news", None);
    let frame = client.next();
    let error = json!({ "code": null, "message": "Existing subscription to channel news" });
    assert_eq!((&frame["event"], &frame["data"]), (&json!("pusher:error"), &error));
    scene.fence("news", [&mut client]);
    scene.fence("news", [&mut client]);
    let info = [("info", "subscription_count")];
    assert_eq!(scene.query("channels/news", &info), json!({ "occupied": true, "subscription_count": 1 }));
    client.unsubscribe("news");
    client.subscribe("news");
}

#[test]
fn p035_unsubscribing_stops_delivery_and_may_be_repeated() {
    let scene = Scene::new(&[]);
    let (mut alice, mut bob) = (scene.connect(), scene.connect());
    alice.subscribe("news");
    bob.subscribe("news");
    alice.unsubscribe("news");
    alice.fence();
    scene.fence("news", [&mut bob]);
    alice.unsubscribe("news");
    alice.unsubscribe("never-subscribed");
    alice.fence();
    scene.fence("news", [&mut bob]);
    // What was published before would come before this.
    alice.subscribe("news");
    scene.fence("news", [&mut alice, &mut bob]);
}

#[test]
fn p036_an_illegal_character_in_a_name_is_refused() {
    let scene = Scene::new(&[]);
    let mut client = scene.connect();
    for name in ["no space", "a:b", "a/b", "a#b", "żółw", "a\nb", "a\u{0}", "a%20b", "a*", "private-a b", "é"]
    {
        client.request(name, None);
        assert_eq!(client.refusal(name)["status"], 4009, "{name:?}");
        client.fence();
    }
    client.subscribe("-azAZ09_=@,.;");
}

#[test]
fn p037_too_long_a_name_is_refused_with_4009() {
    for (settings, longest) in [(&[][..], 200), (&["max_channel_name_bytes=164"], 164)] {
        let scene = Scene::new(settings);
        let mut client = scene.connect();
        client.subscribe(&"x".repeat(longest));
        for name in
            ["x".repeat(longest + 1), format!("private-{}", "x".repeat(longest - 7)), "x".repeat(9_999)]
        {
            client.request(&name, None);
            let refusal = client.refusal(&name);
            assert_eq!((&refusal["type"], &refusal["status"]), (&json!("LimitReached"), &json!(4009)));
            client.fence();
        }
        client.subscribe(&format!("private-{}", "x".repeat(longest - 8)));
    }
}

#[test]
fn p038_a_name_that_begins_with_a_hash_is_refused() {
    let scene = Scene::new(&[]);
    let mut client = scene.connect();
    for name in ["#news", "#", "#server-to-user-", "#server-to-user-u1", "#private-x"] {
        client.ask(&json!({ "channel": name, "auth": "" }));
        client.refusal(name);
        client.request(name, None);
        client.refusal(name);
        client.fence();
    }
    let listed = scene.query("channels", &[]);
    assert_eq!(listed, json!({ "channels": {} }));
}

#[test]
fn p039_one_connection_holds_a_thousand_subscriptions() {
    let scene = Scene::new(&[]);
    let mut client = scene.connect();
    for index in 0..1_000 {
        client.request(&format!("channel-{index}"), None);
    }
    let mut acknowledged: Vec<_> = (0..1_000)
        .map(|_| client.event("pusher_internal:subscription_succeeded")["channel"].to_string())
        .collect();
    acknowledged.sort();
    acknowledged.dedup();
    assert_eq!(acknowledged.len(), 1_000);
    for index in [0, 500, 999] {
        scene.fence(&format!("channel-{index}"), [&mut client]);
    }
    let listed: Value = scene.query("channels", &[]);
    assert_eq!(listed["channels"].as_object().unwrap().len(), 1_000);
}
