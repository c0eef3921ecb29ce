use serde_json::json;

use crate::harness::World;

#[actix_rt::test]
async fn members_see_each_other_come_and_go_once_per_user() {
    let world = World::new();
    let app = world.app(1);
    let (alice, mut bob, mut bob_again) = (app.connect(), app.connect(), app.connect());
    let alone = alice.subscribe("presence-a", Some(r#"{"user_id":1,"user_info":{"name":"A"}}"#)).await;
    assert_eq!(alone["presence"], json!({ "count": 1, "ids": ["1"], "hash": { "1": { "name": "A" } } }));
    assert_eq!(world.occurrences.take(), ["channel_occupied presence-a", "member_added presence-a"]);

    let both = bob.subscribe("presence-a", Some(r#"{"user_id":"b"}"#)).await;
    assert_eq!(both["presence"]["count"], 2);
    let added = alice.next().await;
    assert_eq!(added["event"], "pusher_internal:member_added");
    assert_eq!(added["data"], r#"{"user_id":"b"}"#);

    bob_again.subscribe("presence-a", Some(r#"{"user_id":"b"}"#)).await;
    bob.vanish();
    bob_again.fence().await;
    alice.fence().await;
    assert_eq!(world.occurrences.take(), ["member_added presence-a"]);

    bob_again.vanish();
    let removed = alice.next().await;
    assert_eq!(removed["event"], "pusher_internal:member_removed");
    assert_eq!(removed["data"], r#"{"user_id":"b"}"#);
    assert_eq!(world.occurrences.take(), ["member_removed presence-a"]);
}

#[actix_rt::test]
async fn queries_tell_users_and_subscribers_of_one_app() {
    let world = World::new();
    let (app, other) = (world.app(1), world.app(2));
    let (alice, bob, stranger) = (app.connect(), app.connect(), other.connect());
    alice.subscribe("presence-a", Some(r#"{"user_id":"a"}"#)).await;
    bob.subscribe("presence-a", Some(r#"{"user_id":"a"}"#)).await;
    stranger.subscribe("presence-a", Some(r#"{"user_id":"x"}"#)).await;
    bob.subscribe("news", None).await;

    let found = world.node.list_channels(&app.realm, "").await.unwrap();
    let told: Vec<_> = found.iter().map(|it| (it.channel.as_str(), it.subscribers, it.users)).collect();
    assert_eq!(told, [("news", 1, 0), ("presence-a", 2, 1)]);
    assert_eq!(world.node.list_channels(&app.realm, "presence-").await.unwrap().len(), 1);

    let users = world.node.list_members(&app.realm, found[1].channel.clone()).await.unwrap();
    assert_eq!(users.iter().map(campanile_protocol::UserId::as_str).collect::<Vec<_>>(), ["a"]);
}

#[actix_rt::test]
async fn a_full_channel_refuses_a_new_user_and_the_client_may_try_again() {
    let world = World::new();
    let app = world.app(1);
    let mut members = Vec::new();
    for id in 0..100 {
        let client = app.connect();
        client.subscribe("presence-a", Some(&json!({ "user_id": id }).to_string())).await;
        members.push(client);
    }
    let late = app.connect();
    late.request("presence-a", Some(r#"{"user_id":"late"}"#));
    let refused = late.next().await;
    assert_eq!(
        (&refused["event"], &refused["data"]["status"]),
        (&"pusher:subscription_error".into(), &4100.into())
    );
    members.pop().unwrap().vanish();
    assert_eq!(members[0].next_event().await, "pusher_internal:member_added");
    loop {
        if members[0].next_event().await == "pusher_internal:member_removed" {
            break;
        }
    }
    late.subscribe("presence-a", Some(r#"{"user_id":"late"}"#)).await;
}
