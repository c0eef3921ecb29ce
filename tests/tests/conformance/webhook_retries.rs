//! 118: deliveries that fail.

use std::{
    net::TcpListener,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    hooks::SleepyReceiver,
    scene::{Scene, eventually},
};

/// How much later than due a try may come.
const SLACK: Duration = Duration::from_millis(1_500);

#[test]
fn p118_a_failed_delivery_is_tried_again_after_growing_pauses_until_it_succeeds() {
    let scene = Scene::new(&[]);
    let hooks = scene.hooks(&["--event", "channel_occupied"]);
    hooks.receiver.answer(500);
    let mut client = scene.connect();
    client.subscribe("news");
    let mut tries = Vec::new();
    for _ in 0..4 {
        let delivery = hooks.next();
        tries.push((Instant::now(), delivery.body));
    }
    assert!(tries.iter().all(|(_, body)| *body == tries[0].1), "the body changes");
    let pauses: Vec<_> = tries.windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
    for (pause, expected) in pauses.iter().zip([1, 2, 4]) {
        let expected = Duration::from_secs(expected);
        assert!(*pause > expected.mul_f64(0.7) && *pause < expected.mul_f64(1.3) + SLACK, "{pauses:?}");
    }
    assert!(pauses.is_sorted(), "{pauses:?}");
    // The first success ends it.
    hooks.receiver.answer(204);
    hooks.next();
    let path = format!("/apps/{}/webhooks/{}/deliveries", scene.app.id, hooks.webhook.id);
    eventually(|| {
        let found: Value =
            serde_json::from_str(&scene.stage.manage("GET", &path, &Value::Null).body).unwrap();
        found["deliveries"][0]["state"] == "delivered"
    });
    client.subscribe("later");
    assert_eq!(hooks.next().events()[0]["channel"], "later");
}

#[test]
fn p118_an_endpoint_that_does_not_answer_within_ten_seconds_has_failed() {
    let scene = Scene::new(&[]);
    let asleep = SleepyReceiver::start();
    let types = ["--event", "channel_occupied"];
    scene.platform().create_webhook(&scene.app, &asleep.url, &types).unwrap();
    let mut client = scene.connect();
    client.subscribe("news");
    let first = asleep.next();
    let pause = asleep.next() - first;
    // The first pause between two tries, which is one second, comes on top.
    assert!(pause > Duration::from_secs(10) && pause < Duration::from_secs(12) + SLACK, "{pause:?}");
}

#[test]
fn p118_an_endpoint_that_cannot_be_reached_is_tried_again() {
    let scene = Scene::new(&[]);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let types = ["--event", "channel_occupied"];
    let webhook = scene.platform().create_webhook(&scene.app, &format!("http://{address}/"), &types).unwrap();
    let mut client = scene.connect();
    client.subscribe("news");
    let path = format!("/apps/{}/webhooks/{}/deliveries", scene.app.id, webhook.id);
    eventually(|| {
        let found: Value =
            serde_json::from_str(&scene.stage.manage("GET", &path, &json!(null)).body).unwrap();
        found["deliveries"][0]["state"] == "retrying"
    });
    let awake = SleepyReceiver::awake(TcpListener::bind(address).unwrap());
    awake.next();
}
