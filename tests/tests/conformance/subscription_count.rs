//! 82 and 83: how many subscribers there are.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::{
    client::Client,
    scene::{Scene, eventually},
};

const EVENT: &str = "pusher_internal:subscription_count";

fn count(client: &mut Client, channel: &str) -> u64 {
    let frame = client.event(EVENT);
    assert_eq!(frame["channel"], channel, "{frame}");
    let data: Value = serde_json::from_str(frame["data"].as_str().unwrap()).unwrap();
    data["subscription_count"].as_u64().unwrap()
}

#[test]
fn p082_a_count_is_told_at_every_change_if_enabled_and_never_on_presence() {
    let scene = Scene::new(&["subscription_count=true"]);
    for channel in ["news", "private-x", "private-encrypted-x", "cache-x"] {
        let (mut ada, mut bob, mut eve) = (scene.connect(), scene.connect(), scene.connect());
        scene.publish(channel, "cached", "x");
        for (number, client) in [&mut ada, &mut bob].into_iter().enumerate() {
            client.subscribe(channel);
            if channel == "cache-x" {
                client.event("cached");
            }
            assert_eq!(count(client, channel), number as u64 + 1);
        }
        assert_eq!(count(&mut ada, channel), 2);
        ada.unsubscribe(channel);
        assert_eq!(count(&mut bob, channel), 1);
        ada.fence();
        eve.subscribe(channel);
        if channel == "cache-x" {
            eve.event("cached");
        }
        assert_eq!((count(&mut bob, channel), count(&mut eve, channel)), (2, 2));
        bob.vanish();
        assert_eq!(count(&mut eve, channel), 1);
        scene.fence(channel, [&mut eve]);
    }
    let (mut ada, mut bob) = (scene.connect(), scene.connect());
    ada.join("presence-room", r#"{"user_id":"ada"}"#);
    bob.join("presence-room", r#"{"user_id":"ada"}"#);
    scene.fence("presence-room", [&mut ada, &mut bob]);

    let off = Scene::new(&[]);
    let (mut ada, mut bob) = (off.connect(), off.connect());
    ada.subscribe("news");
    bob.subscribe("news");
    off.fence("news", [&mut ada, &mut bob]);
    off.change(&json!({ "settings": { "subscription_count": true } }));
    eventually(|| off.get("channels/news", &[("info", "subscription_count")]).status == 200);
    let mut eve = off.connect();
    eve.subscribe("news");
    assert_eq!(count(&mut eve, "news"), 3);
    assert_eq!(count(&mut ada, "news"), 3);
}

#[test]
fn p083_above_100_connections_it_is_told_every_five_seconds_at_most() {
    let scene = Scene::new(&["subscription_count=true"]);
    let mut watcher = scene.connect();
    watcher.subscribe("news");
    assert_eq!(count(&mut watcher, "news"), 1);
    let mut crowd: Vec<Client> = (0..110).map(|_| scene.connect()).collect();
    for client in &mut crowd {
        client.subscribe("news");
    }
    for expected in 2..=100 {
        assert_eq!(count(&mut watcher, "news"), expected);
    }
    let mut told = Vec::new();
    while told.last().is_none_or(|(_, count)| *count < 111) {
        let count = count(&mut watcher, "news");
        told.push((Instant::now(), count));
    }
    // Every pair of them is this far apart; what arrives late makes a gap look shorter.
    let gaps = told.windows(2).map(|pair| pair[1].0 - pair[0].0);
    assert!(gaps.min().is_none_or(|gap| gap > Duration::from_millis(4_500)), "{told:?}");
    assert!(told.len() <= 3, "{told:?}");
    // What does not change is not told again: the next is the change that is made now.
    crowd.pop().unwrap().vanish();
    assert_eq!(count(&mut watcher, "news"), 110);
    scene.fence("news", [&mut watcher]);
}
