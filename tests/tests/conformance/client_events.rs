//! 58 to 66: events from subscriber to subscriber.

use serde_json::{Value, json};

use crate::scene::{Scene, eventually};

const ROOM: &str = "presence-room";

fn on() -> Scene {
    Scene::new(&["client_events=true"])
}

#[test]
fn p058_a_client_event_reaches_all_other_subscribers_and_never_its_sender() {
    let scene = on();
    let (mut ada, mut bob, mut eve) = (scene.connect(), scene.connect(), scene.connect());
    for channel in ["private-x", "private-encrypted-x"] {
        for client in [&mut ada, &mut bob, &mut eve] {
            client.subscribe(channel);
        }
        ada.client_event("client-hi", channel, &json!({ "n": 1 }));
        for client in [&mut bob, &mut eve] {
            let expected = json!({ "event": "client-hi", "channel": channel, "data": { "n": 1 } });
            assert_eq!(client.next(), expected);
        }
        scene.fence(channel, [&mut ada, &mut bob, &mut eve]);
    }
}

#[test]
fn p059_client_events_are_rejected_where_the_app_does_not_allow_them() {
    let scene = Scene::new(&[]);
    let (mut ada, mut bob) = (scene.connect(), scene.connect());
    ada.subscribe("private-x");
    bob.subscribe("private-x");
    ada.client_event("client-hi", "private-x", &json!({}));
    let frame = ada.event("pusher:error");
    assert!([json!(4301), Value::Null].contains(&frame["data"]["code"]), "{frame}");
    scene.fence("private-x", [&mut ada, &mut bob]);
}

#[test]
fn p060_client_events_are_rejected_on_public_channels_and_from_outside() {
    let scene = on();
    let (mut ada, mut bob) = (scene.connect(), scene.connect());
    bob.subscribe("private-x");
    for channel in ["news", "cache-news"] {
        ada.subscribe(channel);
        bob.subscribe(channel);
    }
    ada.event("pusher:cache_miss");
    bob.event("pusher:cache_miss");
    for channel in ["news", "cache-news", "private-x", "private-nowhere", "#server-to-user-u1"] {
        ada.client_event("client-hi", channel, &json!({}));
        let frame = ada.event("pusher:error");
        assert!([json!(4301), Value::Null].contains(&frame["data"]["code"]), "{frame}");
        ada.fence();
    }
    scene.fence("news", [&mut ada, &mut bob]);
    scene.fence("cache-news", [&mut ada, &mut bob]);
    scene.fence("private-x", [&mut bob]);
}

#[test]
fn p061_names_without_the_prefix_are_rejected() {
    let scene = on();
    let (mut ada, mut bob) = (scene.connect(), scene.connect());
    ada.subscribe("private-x");
    bob.subscribe("private-x");
    for name in ["hi", "client_hi", "Client-hi", " client-hi", "clientx", "", "pusher:client-hi"] {
        ada.client_event(name, "private-x", &json!({}));
        ada.event("pusher:error");
        ada.fence();
    }
    ada.say(&json!({ "event": "client-hi", "data": {} }));
    ada.event("pusher:error");
    ada.say(&json!({ "event": "client-hi", "channel": "private-x" }));
    ada.event("pusher:error");
    scene.fence("private-x", [&mut ada, &mut bob]);
}

#[test]
fn p062_on_presence_channels_the_sender_is_named_and_cannot_be_forged() {
    let scene = on();
    let (mut ada, mut bob) = (scene.connect(), scene.connect());
    ada.join(ROOM, r#"{"user_id":"ada"}"#);
    bob.sign_in(r#"{"id":"bob"}"#);
    bob.subscribe(ROOM);
    ada.event("pusher_internal:member_added");
    ada.say_text(
        r#"{"event":"client-hi","channel":"presence-room","data":1,"user_id":"bob","more":[],"socket_id":"1.1"}"#,
    );
    assert_eq!(bob.text(), r#"{"event":"client-hi","channel":"presence-room","data":1,"user_id":"ada"}"#);
    bob.client_event("client-hi", ROOM, &json!("x"));
    let expected = json!({ "event": "client-hi", "channel": ROOM, "data": "x", "user_id": "bob" });
    assert_eq!(ada.next(), expected);
    // Elsewhere nobody is named.
    ada.subscribe("private-x");
    bob.subscribe("private-x");
    ada.say_text(r#"{"event":"client-hi","channel":"private-x","data":1,"user_id":"bob"}"#);
    assert_eq!(bob.text(), r#"{"event":"client-hi","channel":"private-x","data":1}"#);
}

#[test]
fn p063_an_object_arrives_as_an_object_and_a_string_as_a_string() {
    let scene = on();
    let (mut ada, mut bob) = (scene.connect(), scene.connect());
    ada.subscribe("private-x");
    bob.subscribe("private-x");
    for data in [r#"{"a": [1, 2.50]}"#, r#""text""#, r#""{\"a\":1}""#, "[]", "17", "true", r#""""#] {
        ada.say_text(&format!(r#"{{"event":"client-x","channel":"private-x","data":{data}}}"#));
        assert_eq!(bob.text(), format!(r#"{{"event":"client-x","channel":"private-x","data":{data}}}"#));
    }
}

#[test]
fn p064_the_11th_event_within_a_second_is_rejected_and_later_ones_pass() {
    for (settings, most) in [(&[][..], 10), (&["max_client_events_per_second=3"], 3)] {
        let scene = Scene::new(&[&["client_events=true"], settings].concat());
        let (mut ada, mut bob) = (scene.connect(), scene.connect());
        ada.subscribe("private-x");
        bob.subscribe("private-x");
        for number in 0..most {
            ada.client_event(&format!("client-{number}"), "private-x", &json!({}));
        }
        ada.fence();
        ada.client_event("client-too-many", "private-x", &json!({}));
        ada.error(4301);
        ada.fence();
        for number in 0..most {
            bob.event(&format!("client-{number}"));
        }
        eventually(|| {
            ada.client_event("client-later", "private-x", &json!({}));
            ada.say(&json!({ "event": "pusher:ping" }));
            let is_accepted = ada.next()["event"] == "pusher:pong";
            if !is_accepted {
                ada.event("pusher:pong");
            }
            is_accepted
        });
        bob.event("client-later");
    }
}

#[test]
fn p065_too_large_a_payload_and_too_long_a_name_are_rejected_with_4301() {
    for (settings, most) in [(&[][..], 10_240), (&["max_event_bytes=20000"], 20_000)] {
        let scene = Scene::new(&[&["client_events=true"], settings].concat());
        let (mut ada, mut bob) = (scene.connect(), scene.connect());
        ada.subscribe("private-x");
        bob.subscribe("private-x");
        let name = |bytes: usize| format!("client-{}", "x".repeat(bytes - 7));
        ada.client_event("client-x", "private-x", &json!("x".repeat(most)));
        bob.event("client-x");
        ada.client_event("client-x", "private-x", &json!("x".repeat(most + 1)));
        ada.error(4301);
        ada.client_event(&name(200), "private-x", &json!({}));
        bob.event(&name(200));
        ada.client_event(&name(201), "private-x", &json!({}));
        ada.error(4301);
        ada.client_event("client-fence", "private-x", &json!({}));
        bob.event("client-fence");
        ada.fence();
    }
}

#[test]
fn p066_client_events_are_not_cached() {
    let scene = on();
    let (mut ada, mut bob) = (scene.connect(), scene.connect());
    for client in [&mut ada, &mut bob] {
        client.subscribe("private-cache-x");
        client.event("pusher:cache_miss");
    }
    ada.client_event("client-hi", "private-cache-x", &json!({}));
    bob.event("client-hi");
    let mut eve = scene.connect();
    eve.subscribe("private-cache-x");
    eve.event("pusher:cache_miss");
    scene.publish("private-cache-x", "posted", "kept");
    bob.event("posted");
    ada.event("posted");
    ada.client_event("client-hi", "private-cache-x", &json!({}));
    bob.event("client-hi");
    let mut zoe = scene.connect();
    zoe.subscribe("private-cache-x");
    assert_eq!(zoe.event("posted")["data"], "kept");
    scene.fence("private-cache-x", [&mut zoe]);
}
