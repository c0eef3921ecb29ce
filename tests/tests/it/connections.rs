//! Looking at connections, and acting upon one.

use campanile_tests::{App, Platform};
use serde_json::{Value, json};

use crate::{
    person::{Person, code, sign_up, text},
    signing::{sign, trigger},
    socket::Client,
};

fn ids(page: &Value) -> Vec<String> {
    page["connections"].as_array().unwrap().iter().map(|row| text(&row["socket_id"])).collect()
}

fn sign_in(client: &mut Client, app: &App, user_id: &str) {
    let user = json!({ "id": user_id }).to_string();
    let signature = sign(&app.secret, &format!("{}::user::{user}", client.socket_id));
    let data = json!({ "auth": format!("{}:{signature}", app.key), "user_data": user });
    client.say(&json!({ "event": "pusher:signin", "data": data }));
    assert_eq!(client.next_event(), "pusher:signin_success");
}

#[test]
fn connections_are_listed_page_by_page_and_searched() {
    let platform = Platform::spawn().unwrap();
    let person = sign_up(&platform, "owner@example.com");
    let (app, _) = person.create_app();
    let mut clients: Vec<_> = (0..5).map(|_| Client::connect(&platform, &app)).collect();
    clients[0].subscribe("news", None);
    clients[1].subscribe("presence-p", Some(r#"{"user_id":"bob"}"#));
    sign_in(&mut clients[2], &app, "ann");
    let all = format!("/apps/{}/connections", app.id);
    let get = |query: &str| person.ok("GET", &format!("{all}?{query}"), &Value::Null);
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    for _ in 0..3 {
        let page = get(&format!("limit=2&cursor={cursor}"));
        seen.extend(ids(&page));
        cursor = page["next_cursor"].as_str().unwrap_or_default().to_owned();
    }
    let mut expected: Vec<_> = clients.iter().map(|client| client.socket_id.clone()).collect();
    seen.sort();
    expected.sort();
    assert_eq!((seen, cursor.as_str()), (expected, ""));
    let id = |index: usize| vec![clients[index].socket_id.clone()];
    assert_eq!(ids(&get("channel=news")), id(0));
    assert_eq!(ids(&get("user_id=bob")), id(1));
    assert_eq!(ids(&get("user_id=ann")), id(2));
    assert_eq!(ids(&get(&format!("socket_id={}", id(3)[0]))), id(3));
    assert_eq!(ids(&get("address=127.0.0.1&transport=websocket&client=TEST")).len(), 5);
    assert_eq!(ids(&get("address=192.0.2.1")).len(), 0);
    assert_eq!(ids(&get(&format!("key={}", app.key))).len(), 5);
    for (query, field) in [
        ("address=nonsense", "address"),
        ("transport=pigeon", "transport"),
        ("socket_id=x", "socket_id"),
        ("cursor=x", "cursor"),
        ("channel=%20", "channel"),
    ] {
        let refused = person.send("GET", &format!("{all}?{query}"), &Value::Null);
        assert_eq!(code(&refused), "validation_failed", "{query}: {}", refused.body);
        assert!(refused.body.contains(&format!("\"{field}\":")), "{query}: {}", refused.body);
    }
}

#[test]
fn one_connection_is_shown_closely() {
    let platform = Platform::spawn().unwrap();
    let person = sign_up(&platform, "owner@example.com");
    let (app, _) = person.create_app();
    let mut client = Client::connect(&platform, &app);
    client.subscribe("news", None);
    client.subscribe("presence-p", Some(r#"{"user_id":"bob","user_info":{"name":"Bob"}}"#));
    let path = format!("/apps/{}/connections/{}", app.id, client.socket_id);
    let shown = person.ok("GET", &path, &Value::Null);
    assert_eq!((&shown["transport"], &shown["address"]), (&json!("websocket"), &json!("127.0.0.1")));
    assert_eq!(
        (&shown["key"], &shown["client"], &shown["origin"]),
        (&json!(app.key), &json!("test 1.0"), &Value::Null)
    );
    assert_eq!(
        (&shown["messages_in"], &shown["messages_out"], &shown["subscriptions"]),
        (&json!(2), &json!(2), &json!(2))
    );
    let expected = json!([
        { "channel": "news", "user_id": null, "user_info": null },
        { "channel": "presence-p", "user_id": "bob", "user_info": { "name": "Bob" } },
    ]);
    assert_eq!(shown["subscriptions_page"], expected);
    assert_eq!(shown["timeline"], json!([]));
    let page = person.ok("GET", &format!("{path}?limit=1"), &Value::Null);
    assert_eq!(
        (&page["subscriptions_page"][0]["channel"], &page["next_cursor"]),
        (&json!("news"), &json!("news"))
    );

    client.say(&json!({ "event": "pusher:subscribe", "data": { "channel": "private-x", "auth": "a:b" } }));
    assert_eq!(client.next_event(), "pusher:subscription_error");
    let again = person.ok("GET", &path, &Value::Null);
    assert_eq!(again["timeline_since"], shown["timeline_since"]);
    assert_eq!(
        (&again["timeline"][0]["kind"], &again["timeline"][0]["channel"]),
        (&json!("refused"), &json!("private-x"))
    );
    assert!(text(&again["timeline"][0]["message"]).contains("Invalid key"));

    person.ok("POST", &format!("{path}/disconnect"), &json!({ "reconnect": false }));
    assert_eq!(client.closed(), 4009);
    assert_eq!(person.send("GET", &path, &Value::Null).status, 404);
    let ended = person.ok("GET", &format!("{path}/timeline"), &Value::Null);
    let told = ended["timeline"].as_array().unwrap();
    let end = told.iter().find(|activity| activity["kind"] == "disconnected").unwrap();
    assert_eq!(end["reason"], "4009 Connection was closed by the app's owner");
}

#[test]
fn one_connection_is_told_something_or_sent_away() {
    let platform = Platform::spawn().unwrap();
    let person = sign_up(&platform, "owner@example.com");
    let (app, _) = person.create_app();
    let (mut ann, mut bob) = (Client::connect(&platform, &app), Client::connect(&platform, &app));
    ann.subscribe("news", None);
    bob.subscribe("news", None);
    let path =
        |client: &Client, rest: &str| format!("/apps/{}/connections/{}/{rest}", app.id, client.socket_id);
    let event = |channel: Option<&str>| json!({ "channel": channel, "name": "hello", "data": { "a": 1 } });
    person.ok("POST", &path(&ann, "events"), &event(Some("news")));
    assert_eq!(ann.next(), json!({ "event": "hello", "channel": "news", "data": "{\"a\":1}" }));
    person.ok("POST", &path(&ann, "events"), &event(None));
    assert_eq!(ann.next(), json!({ "event": "hello", "data": "{\"a\":1}" }));
    assert_eq!(code(&person.send("POST", &path(&ann, "events"), &event(Some("lounge")))), "conflict");
    let reserved = json!({ "name": "pusher:x", "data": "" });
    assert_eq!(code(&person.send("POST", &path(&ann, "events"), &reserved)), "validation_failed");
    bob.fence();

    person.ok("POST", &path(&ann, "disconnect"), &json!({ "reconnect": true }));
    assert_eq!(ann.closed(), 4200);
    assert_eq!(
        code(&person.send("POST", &path(&ann, "disconnect"), &json!({ "reconnect": true }))),
        "not_found"
    );
    person.ok("POST", &path(&bob, "disconnect"), &json!({ "reconnect": false }));
    assert_eq!(bob.closed(), 4009);
}

#[test]
fn a_users_connections_are_listed_and_ended() {
    let platform = Platform::spawn().unwrap();
    let person = sign_up(&platform, "owner@example.com");
    let (app, _) = person.create_app();
    let mut clients: Vec<_> = (0..3).map(|_| Client::connect(&platform, &app)).collect();
    sign_in(&mut clients[0], &app, "ann");
    sign_in(&mut clients[1], &app, "ann");
    sign_in(&mut clients[2], &app, "bob");
    let users = format!("/apps/{}/users", app.id);
    let all = person.ok("GET", &users, &Value::Null);
    let expected = json!([{ "user_id": "ann", "connections": 2 }, { "user_id": "bob", "connections": 1 }]);
    assert_eq!(all, json!({ "users": expected, "next_cursor": null }));
    let first = person.ok("GET", &format!("{users}?limit=1"), &Value::Null);
    assert_eq!(first["next_cursor"], "ann");
    let found = person.ok("GET", &format!("{users}?prefix=b&cursor=ann"), &Value::Null);
    assert_eq!(found["users"][0]["user_id"], "bob");
    let connections = person.ok("GET", &format!("{users}/ann/connections"), &Value::Null);
    assert_eq!(ids(&connections).len(), 2);
    let ended = person.ok("POST", &format!("{users}/ann/terminate"), &Value::Null);
    assert_eq!(ended, json!({ "connections": 2 }));
    assert_eq!((clients[0].closed(), clients[1].closed()), (4009, 4009));
    clients[2].fence();
    trigger(&platform, &app, "news", "after");
}

/// Every route, with names of things that are there.
pub(crate) fn routes(app: &str, key: &str, socket_id: &str) -> Vec<(&'static str, String, Value)> {
    let at = |rest: &str| format!("/apps/{app}/{rest}");
    let none = Value::Null;
    let event = json!({ "name": "x", "data": "x" });
    vec![
        ("GET", at("connections"), none.clone()),
        ("GET", at(&format!("connections/{socket_id}")), none.clone()),
        ("GET", at(&format!("connections/{socket_id}/timeline")), none.clone()),
        ("POST", at(&format!("connections/{socket_id}/events")), event),
        ("POST", at(&format!("connections/{socket_id}/disconnect")), json!({ "reconnect": true })),
        ("GET", at("channels"), none.clone()),
        ("GET", at("channels/news"), none.clone()),
        ("GET", at("channels/news/members"), none.clone()),
        ("GET", at("channels/news/subscribers"), none.clone()),
        ("GET", at("users"), none.clone()),
        ("GET", at("users/ann/connections"), none.clone()),
        ("POST", at("users/ann/terminate"), none.clone()),
        ("POST", at("events"), json!({ "channel": "news", "name": "x", "data": "x" })),
        ("POST", at("auth-endpoint-test"), json!({ "url": "http://127.0.0.1:9/", "channel": "private-x" })),
        ("GET", at("keys"), none.clone()),
        ("GET", at(&format!("keys/{key}/impact")), none),
        ("PATCH", at(&format!("keys/{key}")), json!({ "label": "Stolen" })),
        ("POST", at(&format!("keys/{key}/rotate")), json!({ "expires_in": 3600 })),
    ]
}

#[test]
fn every_route_is_the_tenants_own() {
    let platform = Platform::spawn().unwrap();
    let (owner, rival) = (sign_up(&platform, "owner@example.com"), sign_up(&platform, "rival@example.com"));
    let stranger = Person { platform: &platform, cookie: "campanile_session=nonsense".to_owned() };
    let ((app, key), (rivals_app, _)) = (owner.create_app(), rival.create_app());
    let mut client = Client::connect(&platform, &app);
    client.subscribe("news", None);
    for (method, path, body) in routes(&app.id, &key, &client.socket_id) {
        assert_eq!(rival.send(method, &path, &body).status, 404, "{method} {path}");
        assert_eq!(stranger.send(method, &path, &body).status, 401, "{method} {path}");
    }
    // Through an app of one's own: what exists elsewhere is not there.
    for (method, path, body) in routes(&rivals_app.id, &key, &client.socket_id) {
        if path.contains(&key) || path.contains(&client.socket_id) {
            assert_eq!(rival.send(method, &path, &body).status, 404, "{method} {path}");
        }
    }
    let foreign = rival.ok("GET", &format!("/apps/{}/connections", rivals_app.id), &Value::Null);
    assert_eq!(foreign["connections"], json!([]));
    let foreign = rival.ok("GET", &format!("/apps/{}/channels/news", rivals_app.id), &Value::Null);
    assert_eq!(foreign["subscriptions"], 0);
    client.fence();
    // The owner's own last, so that nothing above can have failed for want of the thing itself.
    for (method, path, body) in routes(&app.id, &key, &client.socket_id) {
        owner.ok(method, &path, &body);
    }
}
