//! Looking at channels.

use campanile_tests::Platform;
use serde_json::{Value, json};

use crate::{
    person::{sign_up, text},
    signing::trigger,
    socket::Client,
};

#[test]
fn occupied_channels_are_listed_in_order() {
    let platform = Platform::spawn().unwrap();
    let person = sign_up(&platform, "owner@example.com");
    let (app, _) = person.create_app();
    let mut client = Client::connect(&platform, &app);
    for channel in ["room-2", "room-1", "room-3", "lounge"] {
        client.subscribe(channel, None);
    }
    client.subscribe("presence-p", Some(r#"{"user_id":"ann"}"#));
    trigger(&platform, &app, "cache-unoccupied", "x");
    let channels = format!("/apps/{}/channels", app.id);
    let get = |query: &str| person.ok("GET", &format!("{channels}?{query}"), &Value::Null);
    let names = |page: &Value| {
        let rows = page["channels"].as_array().unwrap();
        rows.iter().map(|row| text(&row["channel"])).collect::<Vec<_>>()
    };
    let first = get("prefix=room-&limit=2");
    assert_eq!(
        (names(&first), &first["next_cursor"]),
        (vec!["room-1".to_owned(), "room-2".to_owned()], &json!("room-2"))
    );
    let last = get("prefix=room-&limit=2&cursor=room-2");
    assert_eq!((names(&last), &last["next_cursor"]), (vec!["room-3".to_owned()], &Value::Null));
    assert_eq!(names(&get("")), ["lounge", "presence-p", "room-1", "room-2", "room-3"]);
    let presence = &get("prefix=presence-")["channels"][0];
    let expected = json!({ "channel": "presence-p", "access": "presence", "subscriptions": 1, "users": 1, "cached": false });
    assert_eq!(*presence, expected);
}

#[test]
fn one_channel_is_shown_with_who_is_there_and_what_it_remembers() {
    let platform = Platform::spawn().unwrap();
    let person = sign_up(&platform, "owner@example.com");
    let (app, _) = person.create_app();
    let (mut ann, mut bob) = (Client::connect(&platform, &app), Client::connect(&platform, &app));
    let channel = "presence-cache-p";
    ann.subscribe(channel, Some(r#"{"user_id":"ann","user_info":{"n":1}}"#));
    bob.subscribe(channel, Some(r#"{"user_id":"bob"}"#));
    let path = format!("/apps/{}/channels/{channel}", app.id);
    let get = |rest: &str| person.ok("GET", &format!("{path}{rest}"), &Value::Null);
    let before = get("");
    assert_eq!(
        (&before["occupied"], &before["users"], &before["cached_event"]),
        (&json!(true), &json!(2), &Value::Null)
    );
    trigger(&platform, &app, channel, "kept");
    let after = get("");
    assert_eq!(after["cached"], true);
    assert!(
        after["cached_event"]["data"].is_string()
            && after["cached_event"]["ttl_seconds"].as_u64() > Some(1700),
        "{after}"
    );
    let last = after["timeline"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["kind"], &last["name"], last.get("data")), (&json!("event"), &json!("kept"), None));
    assert_eq!(after["timeline_since"], before["timeline_since"]);

    let members = get("/members?limit=1");
    assert_eq!(members["members"], json!([{ "user_id": "ann", "user_info": { "n": 1 }, "connections": 1 }]));
    let rest = get(&format!("/members?limit=1&cursor={}", text(&members["next_cursor"])));
    assert_eq!((&rest["members"][0]["user_id"], &rest["next_cursor"]), (&json!("bob"), &Value::Null));
    let subscribers = get("/subscribers");
    assert_eq!(subscribers["connections"].as_array().unwrap().len(), 2);
    let nobody = person.ok("GET", &format!("/apps/{}/channels/nobody", app.id), &Value::Null);
    assert_eq!(
        (&nobody["occupied"], &nobody["subscriptions"], &nobody["users"]),
        (&json!(false), &json!(0), &Value::Null)
    );
}
