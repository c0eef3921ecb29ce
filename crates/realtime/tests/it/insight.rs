use campanile_protocol::{ChannelName, CloseCode, SocketId, Transport};
use campanile_realtime::{ConnectionQuery, Told};
use serde_json::json;

use crate::harness::{Client, TestApp, World, event, until};

const ALL: ConnectionQuery =
    ConnectionQuery { user_id: None, address: None, client: None, transport: None, channel: None, key: None };

async fn find(world: &World, app: &TestApp<'_>, query: ConnectionQuery) -> Vec<SocketId> {
    let page = world.node.find_connections(&app.realm, &query, None, 100).await.unwrap();
    assert_eq!(page.next, None);
    page.connections.iter().map(|found| found.socket_id).collect()
}

fn channel(name: &str) -> ChannelName {
    ChannelName::parse(name).unwrap()
}

#[actix_rt::test]
async fn connections_are_found_by_what_is_known_of_them() {
    let world = World::new();
    let (app, other) = (world.app(1), world.app(2));
    let (ann, bob, foreign) = (app.connect(), app.connect(), other.connect());
    ann.request_sign_in(r#"{"id":"ann"}"#);
    assert_eq!(ann.next_event().await, "pusher:signin_success");
    bob.subscribe("presence-a", Some(r#"{"user_id":"bob","user_info":{"n":1}}"#)).await;
    foreign.subscribe("presence-a", Some(r#"{"user_id":"bob"}"#)).await;
    let mut both = [ann.socket_id, bob.socket_id];
    both.sort();
    assert_eq!(find(&world, &app, ALL).await, both);
    let by = |query| find(&world, &app, query);
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(by(ConnectionQuery { user_id: text("ann"), ..ALL }).await, [ann.socket_id]);
    assert_eq!(by(ConnectionQuery { user_id: text("bob"), ..ALL }).await, [bob.socket_id]);
    assert_eq!(by(ConnectionQuery { channel: Some(channel("presence-a")), ..ALL }).await, [bob.socket_id]);
    assert_eq!(by(ConnectionQuery { client: text("TEST"), ..ALL }).await, both);
    assert_eq!(by(ConnectionQuery { client: text("swift"), ..ALL }).await, []);
    assert_eq!(by(ConnectionQuery { address: "127.0.0.1".parse().ok(), ..ALL }).await, both);
    assert_eq!(by(ConnectionQuery { address: "127.0.0.2".parse().ok(), ..ALL }).await, []);
    assert_eq!(by(ConnectionQuery { transport: Some(Transport::Sse), ..ALL }).await, []);
    assert_eq!(by(ConnectionQuery { key: "key1".parse().ok(), ..ALL }).await, both);
    assert_eq!(by(ConnectionQuery { key: "key2".parse().ok(), ..ALL }).await, []);
}

#[actix_rt::test]
async fn pages_show_every_connection_once() {
    let world = World::new();
    let (app, other) = (world.app(1), world.app(2));
    // More than one look of a worker covers.
    let mut clients: Vec<_> = (0..1205).map(|_| app.connect()).collect();
    let _others: Vec<_> = (0..50).map(|_| other.connect()).collect();
    let (mut seen, mut after, mut pages) = (Vec::new(), None, 0);
    loop {
        let page = world.node.find_connections(&app.realm, &ALL, after, 100).await.unwrap();
        assert!(page.connections.len() <= 100);
        seen.extend(page.connections.iter().map(|found| found.socket_id));
        pages += 1;
        after = page.next;
        if after.is_none() {
            break;
        }
        // One that leaves between two pages takes nobody with it.
        clients.retain_mut(|client| {
            let leaves = Some(client.socket_id) == after;
            if leaves {
                client.vanish();
            }
            !leaves
        });
    }
    assert_eq!(pages, 13);
    let mut once = seen.clone();
    once.sort();
    once.dedup();
    assert_eq!((seen.len(), once.len()), (1205, 1205));
    assert_eq!(seen, once, "in order");
    // A search for what is rare looks at all of them.
    let rare = &clients[clients.len() / 2];
    rare.subscribe("rare", None).await;
    assert_eq!(
        find(&world, &app, ConnectionQuery { channel: Some(channel("rare")), ..ALL }).await,
        [rare.socket_id]
    );
}

async fn subscribed(app: &TestApp<'_>, channels: &[&str]) -> Client {
    let client = app.connect();
    for channel in channels {
        let data = channel.starts_with("presence-").then_some(r#"{"user_id":"u","user_info":{"n":1}}"#);
        client.subscribe(channel, data).await;
    }
    client
}

#[actix_rt::test]
async fn one_connection_is_shown_with_its_subscriptions_and_counts() {
    let world = World::new();
    let (app, other) = (world.app(1), world.app(2));
    let client = subscribed(&app, &["news", "private-b", "presence-a"]).await;
    let sender = subscribed(&app, &["private-b"]).await;
    app.publish("news", "one");
    app.publish_except("news", "two", Some(client.socket_id));
    assert_eq!(client.next_event().await, "one");
    client.say(&json!({ "event": "client-x", "channel": "private-b", "data": 1 }));
    assert_eq!(sender.next_event().await, "client-x");
    client.say(&json!({ "event": "pusher:unsubscribe", "data": { "channel": "news" } }));
    client.fence().await;
    let find = |after, limit| world.node.find_connection(&app.realm, client.socket_id, after, limit);
    let found = find(None, 1).await.unwrap().unwrap();
    assert!(found.has_more_subscriptions);
    let first = &found.subscriptions[0];
    assert_eq!(first.channel.as_str(), "presence-a");
    assert_eq!(first.member.as_ref().unwrap().user_info.as_deref(), Some(r#"{"n":1}"#));
    // Three subscriptions, one client event, one unsubscription, one ping; three answers, one event and a pong.
    assert_eq!((found.messages_in, found.messages_out), (6, 5));
    let rest = find(Some("presence-a"), 1).await.unwrap().unwrap();
    assert_eq!((rest.subscriptions[0].channel.as_str(), rest.has_more_subscriptions), ("private-b", false));
    let elsewhere = world.node.find_connection(&other.realm, client.socket_id, None, 1).await.unwrap();
    assert!(elsewhere.is_none());
}

#[actix_rt::test]
async fn one_connection_is_told_something_or_ended_and_no_other() {
    let world = World::new();
    let (app, other) = (world.app(1), world.app(2));
    let (ann, bob) = (subscribed(&app, &["news"]).await, subscribed(&app, &["news"]).await);
    let event = event("hello", "x");
    let tell = |app, channel| world.node.send_to_connection(app, ann.socket_id, channel, &event);
    let (news, lounge) = (channel("news"), channel("lounge"));
    assert_eq!(tell(&app.realm, Some(&news)).await, Ok(Told::Sent));
    assert_eq!(ann.next().await, json!({ "event": "hello", "channel": "news", "data": "x" }));
    assert_eq!(tell(&app.realm, None).await, Ok(Told::Sent));
    assert_eq!(ann.next().await, json!({ "event": "hello", "data": "x" }));
    assert_eq!(tell(&app.realm, Some(&lounge)).await, Ok(Told::NotSubscribed));
    assert_eq!(tell(&other.realm, None).await, Ok(Told::Unknown));
    bob.fence().await;
    assert_eq!(world.node.disconnect(&other.realm, ann.socket_id, CloseCode::Reconnect).await, Ok(false));
    ann.fence().await;
    assert_eq!(world.node.disconnect(&app.realm, ann.socket_id, CloseCode::Reconnect).await, Ok(true));
    assert_eq!(ann.closed().await, CloseCode::Reconnect);
    bob.fence().await;
    until(|| app.realm.connections() == 1).await;
}

#[actix_rt::test]
async fn channels_members_subscribers_and_users_are_listed_in_order() {
    let world = World::new();
    let (app, other) = (world.app(1), world.app(2));
    let _foreign = subscribed(&other, &["room-9"]).await;
    let mut clients = Vec::new();
    for number in [3, 1, 2] {
        let client = app.connect();
        client.subscribe("cache-x", None).await;
        assert_eq!(client.next_event().await, "pusher:cache_miss");
        client.subscribe(&format!("room-{number}"), None).await;
        client.subscribe("presence-a", Some(&format!(r#"{{"user_id":"u{number}"}}"#))).await;
        client.request_sign_in(&format!(r#"{{"id":"s{number}"}}"#));
        clients.push(client);
    }
    for client in &clients {
        client.say(&json!({ "event": "pusher:ping" }));
        while client.next_event().await != "pusher:pong" {}
    }
    app.publish("cache-x", "kept");
    let node = &world.node;
    let occupancy = node.occupancy(&app.realm).await.unwrap();
    assert_eq!((occupancy.channels, occupancy.users), (5, 3));
    let page = node.page_channels(&app.realm, "room-", None, 2).await.unwrap();
    let names: Vec<_> = page.items.iter().map(|found| found.channel.as_str()).collect();
    assert_eq!((names, page.has_more), (vec!["room-1", "room-2"], true));
    let page = node.page_channels(&app.realm, "", Some("presence-a"), 9).await.unwrap();
    assert_eq!((page.items.len(), page.has_more), (3, false));
    let first = node.page_channels(&app.realm, "", None, 2).await.unwrap().items;
    assert_eq!((first[0].subscribers, first[0].is_cached), (3, true));
    assert_eq!((first[1].subscribers, first[1].users, first[1].is_cached), (3, 3, false));

    let presence = channel("presence-a");
    let members = node.page_members(&app.realm, &presence, Some("u1"), 1).await.unwrap();
    assert_eq!((members.items[0].member.user_id.as_str(), members.has_more), ("u2", true));
    let users = node.page_users(&app.realm, "s", Some("s1"), 1).await.unwrap();
    assert_eq!((users.items[0].channel.user_id(), users.has_more), (Some("s2"), true));

    let subscribers = node.page_subscribers(&app.realm, &presence, None, 2).await.unwrap();
    let rest = node.page_subscribers(&app.realm, &presence, subscribers.next, 2).await.unwrap();
    let seen = subscribers.connections.iter().chain(&rest.connections);
    let mut expected: Vec<_> = clients.iter().map(|client| client.socket_id).collect();
    expected.sort();
    assert_eq!(seen.map(|found| found.socket_id).collect::<Vec<_>>(), expected);
    assert_eq!(rest.next, None);

    for client in &mut clients {
        client.vanish();
    }
    until(|| app.realm.connections() == 0).await;
    node.settle().await;
    let occupancy = node.occupancy(&app.realm).await.unwrap();
    assert_eq!((occupancy.channels, occupancy.users), (0, 0));
}

#[actix_rt::test]
async fn connections_are_counted_by_the_key_they_were_made_with() {
    let world = World::new();
    let app = world.app(1);
    let (mut ann, _bob) = (app.connect(), app.connect());
    let connections = || app.realm.list_key_uses().iter().map(|used| used.connections).collect::<Vec<_>>();
    until(|| connections() == [2]).await;
    ann.vanish();
    until(|| connections() == [1]).await;
    assert_eq!((app.realm.take_key_uses().len(), app.realm.take_key_uses().len()), (1, 0));
}
