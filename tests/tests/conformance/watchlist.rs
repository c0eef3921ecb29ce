//! 74 to 76: who is online.

use serde_json::{Value, json};

use crate::{client::Client, scene::Scene};

const EVENTS: &str = "pusher_internal:watchlist_events";

/// Signs in and returns what is told of the watched users.
fn watch(client: &mut Client, user: &str, watchlist: &[&str]) -> Value {
    client.sign_in(&json!({ "id": user, "watchlist": watchlist }).to_string());
    client.data(EVENTS)["events"].clone()
}

fn sign_in(scene: &Scene, user: &str) -> Client {
    let mut client = scene.connect();
    client.sign_in(&json!({ "id": user }).to_string());
    client
}

fn one(name: &str, user: &str) -> Value {
    json!({ "events": [{ "name": name, "user_ids": [user] }] })
}

#[test]
fn p074_who_is_online_and_who_is_not_is_told_right_after_signing_in() {
    let scene = Scene::new(&["watchlist=true"]);
    let _online = [sign_in(&scene, "u2"), sign_in(&scene, "u3"), sign_in(&scene, "u3")];
    let mut mixed = scene.connect();
    let events = watch(&mut mixed, "me", &["u2", "u3", "u4"]);
    let mut names: Vec<_> = events.as_array().unwrap().clone();
    names.sort_by_key(|entry| entry["name"].to_string());
    let offline = json!({ "name": "offline", "user_ids": ["u4"] });
    assert_eq!(names[0], offline);
    let mut online: Vec<_> = names[1]["user_ids"].as_array().unwrap().iter().map(Value::to_string).collect();
    online.sort();
    assert_eq!(
        (&names[1]["name"], online),
        (&json!("online"), vec!["\"u2\"".to_owned(), "\"u3\"".to_owned()])
    );
    mixed.fence();
    // An empty list is left out.
    let mut all_online = scene.connect();
    assert_eq!(watch(&mut all_online, "me", &["u2"]), json!([{ "name": "online", "user_ids": ["u2"] }]));
    let mut all_offline = scene.connect();
    assert_eq!(watch(&mut all_offline, "me", &["u4"]), json!([offline]));
    let mut unwatching = scene.connect();
    unwatching.sign_in(r#"{"id":"u5"}"#);
    unwatching.fence();

    let off = Scene::new(&[]);
    let mut client = off.connect();
    client.sign_in(r#"{"id":"me","watchlist":["u2"]}"#);
    client.fence();
}

#[test]
fn p075_coming_and_going_is_told_once_per_user_to_every_watching_connection() {
    let scene = Scene::new(&["watchlist=true"]);
    let mut watchers = [("me", scene.connect()), ("me", scene.connect()), ("you", scene.connect())];
    for (user, client) in &mut watchers {
        watch(client, user, &["u2", "u3"]);
    }
    let mut stranger = sign_in(&scene, "u4");
    for _ in 0..2 {
        let first = sign_in(&scene, "u2");
        for (_, client) in &mut watchers {
            assert_eq!(client.data(EVENTS), one("online", "u2"));
        }
        let second = sign_in(&scene, "u2");
        first.vanish();
        // Nothing is told of those two.
        let other = sign_in(&scene, "u3");
        for (_, client) in &mut watchers {
            assert_eq!(client.data(EVENTS), one("online", "u3"));
        }
        second.vanish();
        for (_, client) in &mut watchers {
            assert_eq!(client.data(EVENTS), one("offline", "u2"));
        }
        other.vanish();
        for (_, client) in &mut watchers {
            assert_eq!(client.data(EVENTS), one("offline", "u3"));
        }
    }
    stranger.fence();
}

#[test]
fn p076_the_101st_watched_user_is_told_as_4302_and_not_watched() {
    let scene = Scene::new(&["watchlist=true"]);
    let ids: Vec<_> = (0..101).map(|number| format!("w{number}")).collect();
    let mut client = scene.connect();
    client.sign_in(&json!({ "id": "me", "watchlist": ids }).to_string());
    let mut frames = [client.next(), client.next()];
    frames.sort_by_key(|frame| frame["event"].to_string());
    let [error, events] = frames;
    assert_eq!((&error["event"], &error["data"]["code"]), (&json!("pusher:error"), &json!(4302)));
    assert_eq!(events["event"], EVENTS);
    let events: Value = serde_json::from_str(events["data"].as_str().unwrap()).unwrap();
    let mut offline = events["events"][0]["user_ids"].as_array().unwrap().clone();
    assert_eq!(events["events"][0]["name"], "offline");
    offline.sort_by_key(|id| id.as_str().unwrap()[1..].parse::<u32>().unwrap());
    assert_eq!(offline, ids[..100].iter().map(|id| json!(id)).collect::<Vec<_>>());
    let _unwatched = sign_in(&scene, "w100");
    let _watched = sign_in(&scene, "w99");
    assert_eq!(client.data(EVENTS), one("online", "w99"));
    client.fence();
}
