use campanile_protocol::CloseCode;

use crate::harness::{World, until};

#[actix_rt::test]
async fn a_slow_reader_is_closed_and_costs_only_itself() {
    let world = World::new();
    let app = world.app(1);
    let (slow, quick) = (app.connect(), app.connect());
    slow.subscribe("news", None).await;
    quick.subscribe("news", None).await;
    slow.outlet.is_full.set(true);
    app.publish("news", "posted");
    assert_eq!(quick.next_event().await, "posted");
    assert_eq!(slow.closed().await, CloseCode::OverCapacity);
    until(|| app.realm.connections() == 1).await;
    app.publish("news", "again");
    assert_eq!(quick.next_event().await, "again");
}

#[actix_rt::test]
async fn closing_an_app_leaves_the_others_connected() {
    let world = World::new();
    let (app, other) = (world.app(1), world.app(2));
    let (closed, open) = (app.connect(), other.connect());
    closed.fence().await;
    open.fence().await;
    let app_id = app.realm.app().id;
    world.node.close_connections(Some(app_id), CloseCode::AppDisabled);
    assert_eq!(closed.closed().await, CloseCode::AppDisabled);
    until(|| app.realm.connections() == 0).await;
    open.fence().await;
    assert_eq!(other.realm.connections(), 1);
}

#[actix_rt::test]
async fn settings_are_in_force_at_once_for_open_connections() {
    let world = World::new();
    let app = world.app(1);
    let (alice, bob) = (app.connect(), app.connect());
    alice.subscribe("private-a", None).await;
    bob.subscribe("private-a", None).await;
    let mut changed = (**app.realm.app()).clone();
    changed.settings.client_events = false;
    app.realm.update(changed);
    alice.say(&serde_json::json!({ "event": "client-x", "channel": "private-a", "data": "x" }));
    assert_eq!(alice.next().await["data"]["code"], 4301);
    bob.fence().await;
}

#[actix_rt::test]
async fn a_panic_over_one_channel_costs_that_channel_only() {
    let world = World::new();
    let app = world.app(1);
    let (unlucky, other) = (app.connect(), app.connect());
    other.subscribe("news", None).await;
    unlucky.request("poison", None);
    assert_eq!(unlucky.closed().await, CloseCode::Restarting);
    app.publish("news", "posted");
    assert_eq!(other.next_event().await, "posted");
    assert_eq!(world.node.list_channels(&app.realm, "").await.unwrap().len(), 1);
}

#[actix_rt::test]
async fn a_panic_of_one_connection_leaves_nothing_of_it_behind() {
    let world = World::new();
    let app = world.app(1);
    let (unlucky, other) = (app.connect(), app.connect());
    unlucky.subscribe("presence-a", Some(r#"{"user_id":"u"}"#)).await;
    other.subscribe("presence-a", Some(r#"{"user_id":"o"}"#)).await;
    unlucky.outlet.panics.set(true);
    unlucky.say(&serde_json::json!({ "event": "pusher:ping" }));
    assert_eq!(other.next_event().await, "pusher_internal:member_removed");
    until(|| app.realm.connections() == 1).await;
    assert_eq!(world.node.counters().connections, 1);
}

#[actix_rt::test]
async fn a_panic_while_writing_costs_the_subscribers_of_that_channel_only() {
    let world = World::new();
    let app = world.app(1);
    let (unlucky, other) = (app.connect(), app.connect());
    unlucky.subscribe("news", None).await;
    other.subscribe("weather", None).await;
    unlucky.outlet.panics.set(true);
    app.publish("news", "posted");
    assert_eq!(unlucky.closed().await, CloseCode::Restarting);
    app.publish("weather", "rain");
    assert_eq!(other.next_event().await, "rain");
}
