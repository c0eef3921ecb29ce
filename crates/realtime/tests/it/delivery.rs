use std::sync::Arc;

use serde_json::json;

use crate::harness::{World, until};

#[actix_rt::test]
async fn an_event_reaches_subscribers_of_its_app_only() {
    let world = World::new();
    let (acme, rival) = (world.app(1), world.app(2));
    let (alice, mallory) = (acme.connect(), rival.connect());
    alice.subscribe("news", None).await;
    mallory.subscribe("news", None).await;

    acme.publish("news", "posted");
    rival.publish("news", "other");

    assert_eq!(alice.next().await, json!({ "event": "posted", "channel": "news", "data": "x" }));
    assert_eq!(mallory.next_event().await, "other");
    alice.fence().await;
}

#[actix_rt::test]
async fn a_thousand_subscribers_take_one_encode_and_one_write_each() {
    let world = World::new();
    let app = world.app(1);
    let mut clients = Vec::new();
    for _ in 0..1000 {
        let client = app.connect();
        client.subscribe("news", None).await;
        clients.push(client);
    }
    let before = world.node.counters();
    clients.iter().for_each(|client| client.outlet.writes.set(0));

    app.publish("news", "posted");
    for client in &clients {
        assert_eq!(client.next_event().await, "posted");
        assert_eq!(client.outlet.writes.get(), 1);
        assert_eq!(client.outlet.last_buffer.get(), clients[0].outlet.last_buffer.get(), "encoded again");
    }
    let after = world.node.counters();
    assert_eq!((after.writes - before.writes, after.messages_out - before.messages_out), (1000, 1000));
}

#[actix_rt::test]
async fn events_that_wait_are_joined_into_one_write() {
    let world = World::new();
    let app = world.app(1);
    let client = app.connect();
    client.subscribe("news", None).await;
    client.outlet.writes.set(0);
    for index in 0..50 {
        app.publish("news", &format!("event-{index}"));
    }
    for index in 0..50 {
        assert_eq!(client.next_event().await, format!("event-{index}"));
    }
    assert!(client.outlet.writes.get() < 5, "{} writes", client.outlet.writes.get());
}

#[actix_rt::test]
async fn all_subscribers_see_one_order_while_others_come_and_go() {
    let world = World::new();
    let app = world.app(1);
    let mut clients = Vec::new();
    for _ in 0..200 {
        let client = app.connect();
        client.subscribe("news", None).await;
        clients.push(client);
    }
    let mut passing = Vec::new();
    for index in 0..100 {
        app.publish("news", &format!("event-{index}"));
        let client = app.connect();
        client.request("news", None);
        passing.push(client);
        if index % 3 == 0 {
            passing.remove(0).vanish();
        }
        tokio::task::yield_now().await;
    }
    for client in &clients {
        for index in 0..100 {
            assert_eq!(client.next_event().await, format!("event-{index}"));
        }
    }
}

#[actix_rt::test]
async fn the_excluded_connection_misses_that_event_only() {
    let world = World::new();
    let app = world.app(1);
    let (alice, bob) = (app.connect(), app.connect());
    alice.subscribe("news", None).await;
    bob.subscribe("news", None).await;
    app.publish("news", "first");
    app.publish_except("news", "second", Some(alice.socket_id));
    app.publish("news", "third");
    for name in ["first", "third"] {
        assert_eq!(alice.next_event().await, name);
    }
    for name in ["first", "second", "third"] {
        assert_eq!(bob.next_event().await, name);
    }
}

#[actix_rt::test]
async fn nothing_of_a_channel_precedes_its_subscription_nor_follows_its_end() {
    let world = World::new();
    let app = world.app(1);
    let client = app.connect();
    app.publish("news", "before");
    client.request("news", None);
    client.fence().await;
    assert_eq!(client.next_event().await, "pusher_internal:subscription_succeeded");
    app.publish("news", "between");
    assert_eq!(client.next_event().await, "between");
    client.say(&json!({ "event": "pusher:unsubscribe", "data": { "channel": "news" } }));
    client.fence().await;
    app.publish("news", "after");
    client.subscribe("other", None).await;
    app.publish("other", "fence");
    assert_eq!(client.next_event().await, "fence");
}

#[actix_rt::test]
async fn client_events_reach_everyone_but_their_sender() {
    let world = World::new();
    let app = world.app(1);
    let (alice, bob) = (app.connect(), app.connect());
    alice.subscribe("presence-a", Some(r#"{"user_id":"alice"}"#)).await;
    bob.subscribe("presence-a", Some(r#"{"user_id":"bob"}"#)).await;
    assert_eq!(alice.next_event().await, "pusher_internal:member_added");
    alice
        .say(&json!({ "event": "client-hi", "channel": "presence-a", "data": { "n": 1 }, "user_id": "bob" }));
    let expected =
        json!({ "event": "client-hi", "channel": "presence-a", "data": { "n": 1 }, "user_id": "alice" });
    assert_eq!(bob.next().await, expected);
    alice.fence().await;
    assert!(world.occurrences.take().contains(&"client_event presence-a".to_owned()));
}

#[actix_rt::test]
async fn a_realm_ends_with_its_last_holder_and_its_connections_are_counted() {
    let world = World::new();
    let app = world.app(1);
    let app_id = app.realm.app().id;
    let mut client = app.connect();
    client.fence().await;
    assert_eq!((app.realm.connections(), world.node.counters().connections), (1, 1));
    client.vanish();
    until(|| app.realm.connections() == 0).await;
    assert_eq!(world.node.counters().connections, 0);
    let with_actors = Arc::strong_count(&world.occurrences);
    drop(app);
    until(|| world.node.find_realm(app_id).is_none()).await;
    // Its channel actors, one per worker, hold the observer.
    until(|| Arc::strong_count(&world.occurrences) == with_actors - 1).await;
}
