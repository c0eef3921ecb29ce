//! 115 to 117 and 119 to 122: what an app's server is told.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::{
    hooks::{Hooks, PATIENCE, SleepyReceiver},
    scene::Scene,
    signing::sign,
};

const ROOM: &str = "presence-room";
const ADA: &str = r#"{"user_id":"ada"}"#;

#[test]
fn p115_a_delivery_is_signed_with_the_key_it_names_and_typed_exactly() {
    let vectors = include_str!("../../../sdk-specs/vectors/signatures.json");
    let vectors: Value = serde_json::from_str(vectors).unwrap();
    for vector in vectors["webhook"].as_array().unwrap() {
        let text = |name: &str| vector[name].as_str().unwrap();
        assert_eq!(sign(text("secret"), text("body")), text("signature"), "{vector}");
    }
    let scene = Scene::new(&[]);
    let hooks = scene.hooks(&[]);
    let mut client = scene.connect();
    client.subscribe("news");
    let delivery = hooks.next();
    let header = |name: &str| delivery.headers.get(name).map_or("", String::as_str);
    let body = String::from_utf8(delivery.body.clone()).unwrap();
    assert_eq!(header("content-type"), "application/json");
    assert_eq!(header("x-pusher-key"), scene.app.key);
    assert_eq!(header("x-pusher-signature"), sign(&scene.app.secret, &body));
    let body: Value = serde_json::from_str(&body).unwrap();
    let age = i128::from(crate::signing::now()) * 1_000 - i128::from(body["time_ms"].as_u64().unwrap());
    assert!((-2_000..20_000).contains(&age), "{body}");
    assert_eq!(body["events"][0]["name"], "channel_occupied");
    assert_eq!(body["events"][0]["channel"], "news");
}

#[test]
fn p116_each_transition_of_a_channel_and_of_a_user_is_told_once() {
    let scene = Scene::new(&[]);
    let hooks = scene.hooks(&[]);
    let mut clients = [scene.connect(), scene.connect(), scene.connect()];
    for (client, user) in clients.iter_mut().zip(["ada", "ada", "bob"]) {
        client.subscribe("news");
        client.join(ROOM, &json!({ "user_id": user }).to_string());
    }
    // One after the other, and in both ways.
    let [mut first, second, third] = clients;
    first.unsubscribe("news");
    first.unsubscribe(ROOM);
    drop(second);
    drop(third);
    drop(first);
    let mut told = hooks.until("channel_vacated", ROOM);
    let vacated = json!(["channel_vacated", "news"]);
    if !told.contains(&vacated) {
        told.extend(hooks.until("channel_vacated", "news"));
    }
    // Whatever else there was to tell comes before this.
    let mut later = scene.connect();
    later.subscribe("later");
    told.extend(hooks.until("channel_occupied", "later"));
    let mut told: Vec<_> = told.iter().map(Value::to_string).collect();
    told.sort();
    let mut expected = [
        json!(["channel_occupied", "news"]),
        json!(["channel_occupied", ROOM]),
        json!(["channel_occupied", "later"]),
        json!(["member_added", ROOM, "ada"]),
        json!(["member_added", ROOM, "bob"]),
        json!(["member_removed", ROOM, "ada"]),
        json!(["member_removed", ROOM, "bob"]),
        json!(["channel_vacated", "news"]),
        json!(["channel_vacated", ROOM]),
    ]
    .map(|event| event.to_string());
    expected.sort();
    assert_eq!(told, expected);
}

#[test]
fn p117_who_returns_within_three_seconds_has_neither_left_nor_come() {
    let scene = Scene::new(&[]);
    let hooks = scene.hooks(&[]);
    let mut client = scene.connect();
    client.join(ROOM, ADA);
    let mut told = hooks.until("channel_occupied", ROOM);
    if told.len() == 1 {
        told.extend(hooks.next().events());
    }
    drop(client);
    let mut again = scene.connect();
    again.join(ROOM, ADA);
    again.unsubscribe(ROOM);
    again.join(ROOM, ADA);
    // Told later than the departures above would have been.
    again.subscribe("news");
    again.unsubscribe("news");
    let mut told = hooks.until("channel_vacated", "news");
    again.subscribe("later");
    told.extend(hooks.until("channel_occupied", "later"));
    assert_eq!(
        json!(told),
        json!([["channel_occupied", "news"], ["channel_vacated", "news"], ["channel_occupied", "later"]])
    );
}

#[test]
fn p119_a_request_holds_one_event_or_with_batching_several_of_one_app() {
    let single = Scene::new(&[]);
    let hooks = single.hooks(&["--event", "channel_occupied"]);
    let mut client = single.connect();
    for number in 0..10 {
        client.subscribe(&format!("channel-{number}"));
    }
    for _ in 0..10 {
        assert_eq!(hooks.next().events().len(), 1);
    }

    // Two apps with one receiver and equal names: each request is of one app and signed by it.
    let apps = [Scene::new(&[]), Scene::new(&[])];
    let batched = apps[0].hooks(&["--event", "channel_occupied", "--batching"]);
    let flags = ["--event", "channel_occupied", "--batching"];
    apps[1].platform().create_webhook(&apps[1].app, batched.receiver.url(), &flags).unwrap();
    let mut clients = apps.each_ref().map(Scene::connect);
    for number in 0..50 {
        for client in &mut clients {
            client.request(&format!("channel-{number}"), None);
        }
    }
    let mut told = [0, 0];
    let mut requests = 0;
    while told != [50, 50] {
        let delivery = batched.next();
        let app = apps.iter().position(|scene| scene.app.key == delivery.headers["x-pusher-key"]).unwrap();
        let body = String::from_utf8(delivery.body.clone()).unwrap();
        assert_eq!(delivery.headers["x-pusher-signature"], sign(&apps[app].app.secret, &body));
        told[app] += delivery.events().len();
        requests += 1;
    }
    assert!(requests < 100, "{requests} requests for 100 events");
}

#[test]
fn p120_a_client_event_is_told_with_its_data_as_text_its_sender_and_user() {
    let scene = Scene::new(&["client_events=true"]);
    let hooks = scene.hooks(&["--event", "client_event"]);
    let mut client = scene.connect();
    client.subscribe("private-x");
    client.join(ROOM, ADA);
    let told = |event: &str| hooks.receiver.wait_for(PATIENCE, |told| told["event"] == event).unwrap();
    client.say_text(r#"{"event":"client-object","channel":"private-x","data":{"a": [1,2]}}"#);
    let object = told("client-object");
    assert_eq!((&object["name"], &object["channel"]), (&json!("client_event"), &json!("private-x")));
    assert_eq!(object["socket_id"], client.socket_id);
    let data: Value = serde_json::from_str(object["data"].as_str().unwrap()).unwrap();
    assert_eq!(data, json!({ "a": [1, 2] }));
    assert_eq!(object.get("user_id"), None, "{object}");
    client.client_event("client-text", "private-x", &json!("hello"));
    assert_eq!(told("client-text")["data"], "hello");
    client.client_event("client-member", ROOM, &json!({}));
    let member = told("client-member");
    assert_eq!((&member["user_id"], &member["data"]), (&json!("ada"), &json!("{}")));
}

#[test]
fn p121_a_cache_miss_is_told_once_and_counts_only_if_enabled() {
    let types = ["--event", "cache_miss", "--event", "subscription_count", "--event", "channel_occupied"];
    let scene = Scene::new(&["subscription_count=true"]);
    let hooks = scene.hooks(&types);
    let mut clients = [scene.connect(), scene.connect(), scene.connect()];
    for client in &mut clients {
        client.subscribe("cache-x");
        client.event("pusher:cache_miss");
        client.event("pusher_internal:subscription_count");
    }
    clients[2].subscribe("later");
    let mut told = hooks.until("channel_occupied", "later");
    let counted = json!(["subscription_count", "later", 1]);
    while !told.contains(&counted) {
        told.extend(summaries(&hooks));
    }
    let of = |name: &str| told.iter().filter(|event| event[0] == name).cloned().collect::<Vec<_>>();
    assert_eq!(of("cache_miss"), [json!(["cache_miss", "cache-x"])], "{told:?}");
    let counts: Vec<_> = of("subscription_count").into_iter().filter(|event| event[1] == "cache-x").collect();
    assert_eq!(counts.last(), Some(&json!(["subscription_count", "cache-x", 3])), "{told:?}");

    let off = Scene::new(&[]);
    let hooks = off.hooks(&types);
    let (mut ada, mut bob) = (off.connect(), off.connect());
    ada.subscribe("news");
    bob.subscribe("news");
    bob.subscribe("later");
    let told = hooks.until("channel_occupied", "later");
    assert_eq!(json!(told), json!([["channel_occupied", "news"], ["channel_occupied", "later"]]));
}

fn summaries(hooks: &Hooks) -> Vec<Value> {
    let events = hooks.next().events();
    events.iter().map(|event| json!([event["name"], event["channel"], event["subscription_count"]])).collect()
}

#[test]
fn p122_each_endpoint_hears_its_types_and_waits_for_no_other() {
    let scene = Scene::new(&[]);
    let asleep = SleepyReceiver::start();
    scene.platform().create_webhook(&scene.app, &asleep.url, &[]).unwrap();
    let members = scene.hooks(&["--event", "member_added"]);
    let channels = scene.hooks(&["--event", "channel_occupied", "--event", "channel_vacated"]);
    let mut client = scene.connect();
    let start = Instant::now();
    client.join(ROOM, ADA);
    assert_eq!(members.next().events()[0]["name"], "member_added");
    assert_eq!(channels.until("channel_occupied", ROOM), [json!(["channel_occupied", ROOM])]);
    // The first endpoint has its request by now and is given seconds for it.
    asleep.next();
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    client.unsubscribe(ROOM);
    client.join("presence-later", ADA);
    let next = members.next().events();
    assert_eq!((&next[0]["name"], &next[0]["channel"]), (&json!("member_added"), &json!("presence-later")));
    let told = channels.until("channel_vacated", ROOM);
    assert!(told.iter().all(|event| event[0] != "member_added" && event[0] != "member_removed"), "{told:?}");
}
