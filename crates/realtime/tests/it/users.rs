use campanile_protocol::{ChannelName, CloseCode};
use serde_json::{Value, json};

use crate::harness::{Client, World, until};

async fn sign_in(client: &Client, user_data: &str) {
    client.request_sign_in(user_data);
    assert_eq!(client.next_event().await, "pusher:signin_success");
}

fn told(frame: &Value) -> Value {
    assert_eq!(frame["event"], "pusher_internal:watchlist_events");
    serde_json::from_str(frame["data"].as_str().unwrap()).unwrap()
}

#[actix_rt::test]
async fn a_user_is_reached_from_the_moment_of_sign_in_and_once() {
    let world = World::new();
    let app = world.app(1);
    let (ann, bob) = (app.connect(), app.connect());
    sign_in(&bob, r#"{"id":"bob"}"#).await;
    ann.request_sign_in(r#"{"id":"ann"}"#);
    assert_eq!(ann.next_event().await, "pusher:signin_success");
    app.publish("#server-to-user-ann", "first");
    assert_eq!(ann.next().await["channel"], "#server-to-user-ann");
    ann.say(&json!({ "event": "pusher:subscribe", "data": { "channel": "#server-to-user-ann" } }));
    assert_eq!(ann.next_event().await, "pusher_internal:subscription_succeeded");
    app.publish("#server-to-user-ann", "second");
    assert_eq!(ann.next_event().await, "second");
    ann.fence().await;
    bob.fence().await;
    assert_eq!(world.occurrences.take(), [""; 0]);
    assert!(world.node.list_channels(&app.realm, "").await.unwrap().is_empty());
}

#[actix_rt::test]
async fn a_watcher_hears_how_it_stands_and_every_change_once_per_user() {
    let world = World::new();
    let app = world.app(1);
    let (watcher, mut bob, mut bob_again) = (app.connect(), app.connect(), app.connect());
    sign_in(&bob, r#"{"id":"bob"}"#).await;
    sign_in(&watcher, r#"{"id":"ann","watchlist":["bob","carol"]}"#).await;
    let expected = json!({ "events": [
        { "name": "online", "user_ids": ["bob"] }, { "name": "offline", "user_ids": ["carol"] },
    ] });
    assert_eq!(told(&watcher.next().await), expected);
    sign_in(&bob_again, r#"{"id":"bob"}"#).await;
    bob.vanish();
    bob_again.fence().await;
    until(|| app.realm.connections() == 2).await;
    bob_again.vanish();
    let expected = json!({ "events": [{ "name": "offline", "user_ids": ["bob"] }] });
    assert_eq!(told(&watcher.next().await), expected);
}

#[actix_rt::test]
async fn terminating_a_user_closes_all_its_connections_and_no_others() {
    let world = World::new();
    let app = world.app(1);
    let (ann, ann_again, bob) = (app.connect(), app.connect(), app.connect());
    sign_in(&ann, r#"{"id":"ann"}"#).await;
    sign_in(&ann_again, r#"{"id":"ann"}"#).await;
    bob.subscribe("presence-a", Some(r#"{"user_id":"ann"}"#)).await;
    world.node.terminate_user(&app.realm, ChannelName::of_user("ann").unwrap());
    assert_eq!(ann.closed().await, CloseCode::Terminated);
    assert_eq!(ann_again.closed().await, CloseCode::Terminated);
    bob.fence().await;
    until(|| app.realm.connections() == 1).await;
}
