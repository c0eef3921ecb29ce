//! 51 to 56: who a member is, and how many there may be.

use serde_json::json;

use crate::{client::Client, scene::Scene};

const ROOM: &str = "presence-room";

#[test]
fn p051_a_numeric_user_id_is_accepted_and_keeps_its_type() {
    let scene = Scene::new(&["client_events=true"]);
    let (mut ada, mut bob, mut again) = (scene.connect(), scene.connect(), scene.connect());
    ada.join(ROOM, r#"{"user_id":"ada"}"#);
    let members = bob.join(ROOM, r#"{"user_id":7,"user_info":{"name":"B"}}"#);
    // What `members.me` and `members.get` look up.
    assert_eq!(members["hash"]["7"], json!({ "name": "B" }));
    assert!(members["ids"].as_array().unwrap().contains(&json!("7")), "{members}");
    assert_eq!(ada.data("pusher_internal:member_added")["user_id"], 7);
    again.join(ROOM, r#"{"user_id":"7"}"#);
    bob.client_event("client-x", ROOM, &json!({}));
    assert_eq!(ada.event("client-x")["user_id"], 7);
    again.event("client-x");
    again.unsubscribe(ROOM);
    again.fence();
    bob.unsubscribe(ROOM);
    assert_eq!(ada.data("pusher_internal:member_removed")["user_id"], 7);
}

#[test]
fn p052_a_member_without_an_identity_is_refused() {
    let scene = Scene::new(&[]);
    let mut client = scene.connect();
    for data in [
        None,
        Some(""),
        Some("nonsense"),
        Some("[]"),
        Some("null"),
        Some("{}"),
        Some(r#"{"user_info":{}}"#),
        Some(r#"{"user_id":null}"#),
        Some(r#"{"user_id":""}"#),
        Some(r#"{"user_id":true}"#),
        Some(r#"{"user_id":{"id":1}}"#),
    ] {
        // An empty text counts as none at all.
        let auth = client.auth(ROOM, data.filter(|data| !data.is_empty()));
        client.ask(&json!({ "channel": ROOM, "auth": auth, "channel_data": data }));
        client.refusal(ROOM);
        client.fence();
    }
    assert!(!scene.is_occupied(ROOM));
}

#[test]
fn p053_who_is_signed_in_needs_no_channel_data() {
    let scene = Scene::new(&[]);
    let (mut ada, mut bob) = (scene.connect(), scene.connect());
    ada.join(ROOM, r#"{"user_id":"ada"}"#);
    bob.sign_in(r#"{"id":"bob","user_info":{"name":"Bob"}}"#);
    bob.request(ROOM, None);
    let members = bob.data("pusher_internal:subscription_succeeded")["presence"].clone();
    assert_eq!((&members["count"], &members["hash"]["bob"]), (&json!(2), &json!({ "name": "Bob" })));
    let added = ada.data("pusher_internal:member_added");
    assert_eq!(added, json!({ "user_id": "bob", "user_info": { "name": "Bob" } }));
    drop(bob);
    assert_eq!(ada.data("pusher_internal:member_removed"), json!({ "user_id": "bob" }));
}

#[test]
fn p054_channel_data_outweighs_the_signed_in_user() {
    let scene = Scene::new(&[]);
    let mut client = scene.connect();
    client.sign_in(r#"{"id":"signed-in","user_info":1}"#);
    let members = client.join(ROOM, r#"{"user_id":"named","user_info":2}"#);
    assert_eq!(members, json!({ "ids": ["named"], "hash": { "named": 2 }, "count": 1 }));
}

#[test]
fn p055_the_101st_user_is_refused_and_a_members_further_connection_is_not() {
    for (settings, most) in [(&[][..], 100), (&["max_presence_members=2"], 2)] {
        let scene = Scene::new(settings);
        let data = |user: usize| format!(r#"{{"user_id":"u{user}"}}"#);
        let mut clients: Vec<Client> = (0..most).map(|_| scene.connect()).collect();
        for (user, client) in clients.iter_mut().enumerate() {
            assert_eq!(client.join(ROOM, &data(user))["count"], user + 1);
        }
        let mut late = scene.connect();
        late.request(ROOM, Some(&data(most)));
        let refusal = late.refusal(ROOM);
        assert_eq!((&refusal["type"], &refusal["status"]), (&json!("LimitReached"), &json!(4100)));
        late.fence();
        assert_eq!(scene.connect().join(ROOM, &data(0))["count"], most);
        // Whose place becomes free is taken.
        clients.pop().unwrap().vanish();
        let mut first = clients.swap_remove(0);
        while first.next()["event"] != "pusher_internal:member_removed" {}
        assert_eq!(late.join(ROOM, &data(most))["count"], most);
    }
}

#[test]
fn p056_too_large_a_user_info_and_too_long_a_user_id_are_refused() {
    let scene = Scene::new(&[]);
    let mut client = scene.connect();
    // A JSON text of so many bytes, the quotes included.
    let info = |bytes: usize| format!(r#"{{"user_id":"u","user_info":"{}"}}"#, "x".repeat(bytes - 2));
    let id = |bytes: usize| format!(r#"{{"user_id":"{}"}}"#, "x".repeat(bytes));
    for (data, is_accepted) in [(info(1_024), true), (info(1_025), false), (id(128), true), (id(129), false)]
    {
        client.request(ROOM, Some(&data));
        if is_accepted {
            client.event("pusher_internal:subscription_succeeded");
            client.unsubscribe(ROOM);
        } else {
            client.refusal(ROOM);
        }
        client.fence();
    }
}
