//! 45 to 50 and 57: members come and go.

use serde_json::{Value, json};

use crate::{client::Client, scene::Scene};

const ROOM: &str = "presence-room";

/// Ids in order.
fn ids(presence: &Value) -> Vec<String> {
    let ids = presence["ids"].as_array().unwrap().iter();
    let mut ids: Vec<_> = ids.map(|id| id.as_str().unwrap().to_owned()).collect();
    ids.sort();
    ids
}

fn member(client: &mut Client, change: &str) -> Value {
    let name = format!("pusher_internal:{change}");
    let frame = client.event(&name);
    assert_eq!(frame["channel"], ROOM, "{frame}");
    serde_json::from_str(frame["data"].as_str().unwrap()).unwrap()
}

#[test]
fn p045_the_acknowledgement_holds_ids_hash_and_count_with_oneself() {
    let scene = Scene::new(&[]);
    let (mut ada, mut bob) = (scene.connect(), scene.connect());
    let alone = ada.join(ROOM, r#"{"user_id":"ada","user_info":{"name":"Ada"}}"#);
    assert_eq!(alone, json!({ "ids": ["ada"], "hash": { "ada": { "name": "Ada" } }, "count": 1 }));
    let both = bob.join(ROOM, r#"{"user_id":"bob","user_info":["any","JSON",null]}"#);
    assert_eq!(ids(&both), ["ada", "bob"]);
    assert_eq!(both["hash"], json!({ "ada": { "name": "Ada" }, "bob": ["any", "JSON", null] }));
    assert_eq!(both["count"], 2);
}

#[test]
fn p046_the_count_is_of_users_and_not_of_connections() {
    let scene = Scene::new(&[]);
    let mut clients = [scene.connect(), scene.connect(), scene.connect()];
    for client in &mut clients {
        let members = client.join(ROOM, r#"{"user_id":"ada"}"#);
        assert_eq!((members["count"].clone(), ids(&members)), (json!(1), vec!["ada".to_owned()]));
        assert_eq!(members["hash"].as_object().unwrap().len(), 1);
    }
}

#[test]
fn p047_the_first_connection_of_a_user_is_told_to_the_others_only() {
    let scene = Scene::new(&[]);
    let (mut ada, mut bob) = (scene.connect(), scene.connect());
    ada.join(ROOM, r#"{"user_id":"ada"}"#);
    bob.join(ROOM, r#"{"user_id":"bob","user_info":{"name":"Bob"}}"#);
    let added = member(&mut ada, "member_added");
    assert_eq!(added, json!({ "user_id": "bob", "user_info": { "name": "Bob" } }));
    scene.fence(ROOM, [&mut ada, &mut bob]);
}

#[test]
fn p048_a_further_connection_of_a_user_is_told_to_nobody() {
    let scene = Scene::new(&[]);
    let (mut ada, mut bob, mut again) = (scene.connect(), scene.connect(), scene.connect());
    ada.join(ROOM, r#"{"user_id":"ada"}"#);
    bob.join(ROOM, r#"{"user_id":"bob","user_info":1}"#);
    member(&mut ada, "member_added");
    let members = again.join(ROOM, r#"{"user_id":"bob","user_info":2}"#);
    // What the first connection said of the user stays.
    assert_eq!(members["hash"]["bob"], 1);
    scene.fence(ROOM, [&mut ada, &mut bob, &mut again]);
}

#[test]
fn p049_a_user_leaves_with_the_last_connection_and_is_told_to_who_remains() {
    let scene = Scene::new(&[]);
    let (mut ada, mut bob, mut again) = (scene.connect(), scene.connect(), scene.connect());
    ada.join(ROOM, r#"{"user_id":"ada"}"#);
    bob.join(ROOM, r#"{"user_id":"bob"}"#);
    member(&mut ada, "member_added");
    again.join(ROOM, r#"{"user_id":"bob"}"#);
    bob.unsubscribe(ROOM);
    bob.fence();
    scene.fence(ROOM, [&mut ada, &mut again]);
    again.unsubscribe(ROOM);
    assert_eq!(member(&mut ada, "member_removed"), json!({ "user_id": "bob" }));
    again.fence();
    scene.fence(ROOM, [&mut ada]);
    // Neither heard of it while away.
    bob.join(ROOM, r#"{"user_id":"bob"}"#);
    member(&mut ada, "member_added");
    again.join(ROOM, r#"{"user_id":"bob"}"#);
    scene.fence(ROOM, [&mut ada, &mut bob, &mut again]);
}

#[test]
fn p050_a_connection_that_breaks_leaves_its_channels() {
    let scene = Scene::new(&[]);
    let (mut ada, mut bob, mut eve) = (scene.connect(), scene.connect(), scene.connect());
    ada.join(ROOM, r#"{"user_id":"ada"}"#);
    bob.join(ROOM, r#"{"user_id":"bob"}"#);
    assert_eq!(member(&mut ada, "member_added")["user_id"], "bob");
    bob.vanish();
    assert_eq!(member(&mut ada, "member_removed")["user_id"], "bob");
    eve.join(ROOM, r#"{"user_id":"eve"}"#);
    assert_eq!(member(&mut ada, "member_added")["user_id"], "eve");
    scene.publish(ROOM, "unread", "x");
    assert_eq!(ada.event("unread")["channel"], ROOM);
    // With something unread the kernel resets the connection instead of ending it.
    drop(eve);
    assert_eq!(member(&mut ada, "member_removed")["user_id"], "eve");
    scene.fence(ROOM, [&mut ada]);
}

#[test]
fn p057_the_data_of_member_added_is_a_text_with_user_id_and_user_info() {
    let scene = Scene::new(&[]);
    let (mut ada, mut bob) = (scene.connect(), scene.connect());
    ada.join(ROOM, r#"{"user_id":"ada"}"#);
    bob.join(ROOM, r#"{"user_info":{"name":"Bób"},"user_id":"bob"}"#);
    assert_eq!(
        ada.text(),
        r#"{"event":"pusher_internal:member_added","channel":"presence-room","data":"{\"user_id\":\"bob\",\"user_info\":{\"name\":\"Bób\"}}"}"#
    );
    bob.unsubscribe(ROOM);
    assert_eq!(
        ada.text(),
        r#"{"event":"pusher_internal:member_removed","channel":"presence-room","data":"{\"user_id\":\"bob\"}"}"#
    );
}
