use serde_json::json;

use crate::harness::World;

#[actix_rt::test]
async fn a_newcomer_gets_the_last_event_or_is_told_that_there_is_none() {
    let world = World::new();
    let app = world.app(1);
    let (early, early_too, late) = (app.connect(), app.connect(), app.connect());
    early.subscribe("cache-a", None).await;
    assert_eq!(early.next().await, json!({ "event": "pusher:cache_miss", "channel": "cache-a" }));
    early_too.subscribe("cache-a", None).await;
    assert_eq!(early_too.next_event().await, "pusher:cache_miss");
    let misses = world.occurrences.take().iter().filter(|told| told.starts_with("cache_miss")).count();
    assert_eq!(misses, 1);

    app.publish("cache-a", "first");
    app.publish("cache-a", "last");
    app.publish("private-cache-b", "unseen");
    late.subscribe("cache-a", None).await;
    assert_eq!(late.next_event().await, "last");
    late.subscribe("private-cache-b", None).await;
    assert_eq!(late.next_event().await, "unseen");
    late.say(&json!({ "event": "client-x", "channel": "private-cache-b", "data": "x" }));
    late.say(&json!({ "event": "pusher:unsubscribe", "data": { "channel": "private-cache-b" } }));
    late.subscribe("private-cache-b", None).await;
    assert_eq!(late.next_event().await, "unseen");
    for name in ["first", "last"] {
        assert_eq!(early.next_event().await, name);
    }
    early.fence().await;
}

#[actix_rt::test]
async fn subscribers_are_told_how_many_they_are_where_the_app_wants_it() {
    let world = World::new();
    let (counting, quiet) = (world.app(3), world.app(1));
    let (alice, mut bob, other) = (counting.connect(), counting.connect(), quiet.connect());
    alice.subscribe("news", None).await;
    let expected = json!({
        "event": "pusher_internal:subscription_count", "channel": "news", "data": "{\"subscription_count\":1}",
    });
    assert_eq!(alice.next().await, expected);
    bob.subscribe("news", None).await;
    assert_eq!(bob.next().await["data"], "{\"subscription_count\":2}");
    assert_eq!(alice.next().await["data"], "{\"subscription_count\":2}");
    bob.vanish();
    assert_eq!(alice.next().await["data"], "{\"subscription_count\":1}");
    alice.subscribe("presence-a", Some(r#"{"user_id":"a"}"#)).await;
    alice.fence().await;
    other.subscribe("news", None).await;
    other.fence().await;
}

#[actix_rt::test]
async fn endless_cache_channels_forget_the_oldest_and_not_the_newest() {
    let world = World::new();
    let app = world.app(1);
    let data = "x".repeat(10_000);
    for index in 0..4000 {
        app.publish_data(&format!("cache-{index}"), "posted", &data);
        if index % 100 == 0 {
            world.node.settle().await;
        }
    }
    let client = app.connect();
    client.subscribe("cache-0", None).await;
    assert_eq!(client.next_event().await, "pusher:cache_miss");
    client.subscribe("cache-3999", None).await;
    assert_eq!(client.next_event().await, "posted");
}
