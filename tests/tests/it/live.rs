//! The stream of what happens in an app.

use std::{
    io::{BufRead, BufReader, Lines, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use campanile_tests::{App, Platform, WebhookReceiver, request};
use serde_json::{Value, json};

use crate::{
    person::{Person, code, sign_up, text},
    signing::{SignedRequest, trigger},
    socket::Client,
};

/// Someone who watches.
struct Watcher(Lines<BufReader<TcpStream>>);

impl Watcher {
    /// Opens the stream and takes the snapshot.
    fn open(person: &Person<'_>, app: &App, query: &str) -> (Self, Value) {
        Self::open_with(person.platform, &format!("Cookie: {}", person.cookie), app, query)
    }

    fn open_with(platform: &Platform, proof: &str, app: &App, query: &str) -> (Self, Value) {
        let mut stream = TcpStream::connect(&platform.authority).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let id = &app.id;
        let head = format!("GET /api/v1/apps/{id}/live?{query} HTTP/1.1\r\nHost: x\r\n{proof}\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let mut watcher = Self(BufReader::new(stream).lines());
        let (event, snapshot) = watcher.next_frame();
        assert_eq!(event, "snapshot");
        (watcher, snapshot)
    }

    fn next_frame(&mut self) -> (String, Value) {
        let mut after = |start: &str| loop {
            let line = self.0.next().unwrap().unwrap();
            if let Some(rest) = line.strip_prefix(start) {
                return rest.to_owned();
            }
        };
        (after("event: "), serde_json::from_str(&after("data: ")).unwrap())
    }

    fn next(&mut self) -> Value {
        let (event, data) = self.next_frame();
        assert_eq!(event, "activity", "{data}");
        data
    }

    /// The next activity of a kind.
    fn find(&mut self, kind: &str) -> Value {
        loop {
            let activity = self.next();
            if activity["kind"] == kind {
                return activity;
            }
        }
    }
}

#[test]
fn the_live_stream_tells_what_happens_and_why_not() {
    let platform = Platform::spawn().unwrap();
    let person = sign_up(&platform, "owner@example.com");
    let (app, _) = person.create_app();
    let (mut watcher, snapshot) = Watcher::open(&person, &app, "");
    let expected = json!({
        "connections": 0, "channels": 0, "users": 0, "last_event_at": null, "client_events": false,
        "enabled": true, "payloads": true,
    });
    assert_eq!(snapshot, expected);
    let mut client = Client::connect(&platform, &app);
    let connected = watcher.next();
    assert_eq!((&connected["kind"], &connected["client"]), (&json!("connected"), &json!("test 1.0")));
    assert_eq!(
        (text(&connected["socket_id"]), text(&connected["key"])),
        (client.socket_id.clone(), app.key.clone())
    );
    client.subscribe("presence-p", Some(r#"{"user_id":"ann"}"#));
    let (subscribed, added) = (watcher.next(), watcher.next());
    assert_eq!((&subscribed["channel"], &subscribed["user_id"]), (&json!("presence-p"), &json!("ann")));
    assert_eq!((&added["kind"], &added["user_id"]), (&json!("member_added"), &json!("ann")));
    let event = json!({ "channel": "presence-p", "name": "posted", "data": { "a": 1 } });
    person.ok("POST", &format!("/apps/{}/events", app.id), &event);
    let told = watcher.next();
    assert_eq!(
        (&told["source"], &told["subscribers"], &told["name"]),
        (&json!("dashboard"), &json!(1), &json!("posted"))
    );
    assert_eq!((&told["data"], &told["data_cut"]), (&json!("{\"a\":1}"), &json!(false)));
    assert_eq!(client.next_event(), "posted");

    client.say(&json!({ "event": "pusher:subscribe", "data": { "channel": "private-x", "auth": "a:b" } }));
    let refused = watcher.next();
    assert!(text(&refused["message"]).contains("Invalid key in subscription auth data: 'a'"), "{refused}");
    assert_eq!(refused["channel"], "private-x");
    let mut bad = SignedRequest::post(&app, "events", "{}");
    bad.secret = "wrong".to_owned();
    assert_eq!(bad.send(&platform).status, 401);
    assert_eq!(SignedRequest::get(&app, "channels").with("info", "nonsense").send(&platform).status, 400);
    let (first, second) = (watcher.next(), watcher.next());
    assert_eq!((&first["kind"], &first["status"]), (&json!("api_refused"), &json!(401)));
    assert_eq!(first["request"], format!("POST /apps/{}/events", app.id));
    assert_eq!((&second["kind"], &second["status"]), (&json!("api_refused"), &json!(400)));
    drop(client);
    assert_eq!(watcher.find("disconnected")["reason"], Value::Null);
    let (_, snapshot) = Watcher::open(&person, &app, "");
    assert!(snapshot["last_event_at"].is_u64(), "{snapshot}");
}

#[test]
fn a_long_payload_is_cut_and_says_so() {
    let platform = Platform::spawn().unwrap();
    let person = sign_up(&platform, "owner@example.com");
    let (app, _) = person.create_app();
    let (mut watcher, _) = Watcher::open(&person, &app, "types=event");
    let data = format!("{}\u{1f514}\"{}", "x".repeat(4000), "\n\u{e9}".repeat(2000));
    let body = json!({ "channel": "news", "name": "long", "data": data });
    assert_eq!(SignedRequest::post(&app, "events", &body).send(&platform).status, 200);
    let told = watcher.next();
    assert_eq!((&told["data_cut"], told["data_bytes"].as_u64().unwrap() > 8000), (&json!(true), true));
    let shown = text(&told["data"]);
    assert!(data.starts_with(&shown) && (4000..=4096).contains(&shown.len()), "{}", shown.len());
}

#[test]
fn filters_are_the_servers_work() {
    let platform = Platform::spawn().unwrap();
    let person = sign_up(&platform, "owner@example.com");
    let (app, _) = person.create_app();
    for (query, field) in [
        ("types=nonsense", "types"),
        ("channel=*****", "channel"),
        ("source=nonsense", "source"),
        ("socket_id=1", "socket_id"),
    ] {
        let refused = person.send("GET", &format!("/apps/{}/live?{query}", app.id), &Value::Null);
        assert_eq!(code(&refused), "validation_failed", "{query}");
        assert!(refused.body.contains(&format!("\"{field}\":")), "{query}: {}", refused.body);
    }
    let (mut rooms, _) = Watcher::open(&person, &app, "channel=room-*&types=event");
    let (mut named, _) = Watcher::open(&person, &app, "event=wanted");
    let (mut with_text, _) = Watcher::open(&person, &app, "text=needle&source=api");
    let publish = |channel: &str, name: &str, data: &str| {
        let body = json!({ "channel": channel, "name": name, "data": data });
        assert_eq!(SignedRequest::post(&app, "events", &body).send(&platform).status, 200);
    };
    publish("lounge", "other", "hay");
    publish("room-1", "other", "hay");
    publish("lounge", "wanted", "hay");
    publish("lounge", "other", "a needle in hay");
    assert_eq!(rooms.next()["channel"], "room-1");
    assert_eq!(named.next()["name"], "wanted");
    assert_eq!(with_text.next()["data"], "a needle in hay");
}

#[test]
fn a_flood_is_sampled_and_says_so() {
    let platform = Platform::spawn().unwrap();
    let person = sign_up(&platform, "owner@example.com");
    let (app, _) = person.create_app();
    let (mut watcher, _) = Watcher::open(&person, &app, "types=event");
    // Enough in a second to be more than is shown, on any machine.
    let start = Instant::now();
    let entry = json!({ "channel": "news", "name": "posted", "data": "x" });
    let batch = json!({ "batch": vec![entry; 10] });
    for _ in 0..80 {
        assert_eq!(SignedRequest::post(&app, "batch_events", &batch).send(&platform).status, 200);
    }
    let (mut shown, mut left_out) = (0, 0);
    while shown + left_out < 800 {
        let (event, data) = watcher.next_frame();
        match event.as_str() {
            "activity" => shown += 1,
            "sampled" => left_out += data["of"].as_u64().unwrap() - data["shown"].as_u64().unwrap(),
            other => panic!("{other}"),
        }
    }
    assert_eq!(shown + left_out, 800);
    assert!(shown <= 200 * (start.elapsed().as_secs() + 2), "{shown}");
}

#[test]
fn webhooks_are_told_as_they_are_sent_and_fail() {
    let platform = Platform::spawn().unwrap();
    let person = sign_up(&platform, "owner@example.com");
    let (app, _) = person.create_app();
    let receiver = WebhookReceiver::start().unwrap();
    let hook = json!({ "url": receiver.url(), "event_types": ["channel_occupied"] });
    let hook = person.ok("POST", &format!("/apps/{}/webhooks", app.id), &hook);
    let (mut watcher, _) = Watcher::open(&person, &app, "types=webhook_sent,webhook_failed");
    let mut client = Client::connect(&platform, &app);
    client.subscribe("one", None);
    let sent = watcher.next();
    assert_eq!((&sent["kind"], &sent["status"]), (&json!("webhook_sent"), &json!(200)));
    assert_eq!((&sent["webhook_id"], sent["delivery_id"].is_string()), (&hook["id"], true));
    receiver.answer(500);
    client.subscribe("two", None);
    let failed = watcher.next();
    assert_eq!((&failed["kind"], &failed["status"]), (&json!("webhook_failed"), &json!(500)));
    assert_eq!(failed["error"], "the endpoint answered 500");
}

#[test]
fn who_may_not_see_payloads_neither_sees_nor_finds_them() {
    let platform = Platform::spawn().unwrap();
    let person = sign_up(&platform, "owner@example.com");
    let (app, _) = person.create_app();
    let token = person.ok("POST", "/tokens", &json!({ "name": "reader", "scopes": ["read"] }));
    let proof = format!("Authorization: Bearer {}", text(&token["token"]));
    let (mut watcher, snapshot) = Watcher::open_with(&platform, &proof, &app, "types=event");
    let (mut guesser, _) = Watcher::open_with(&platform, &proof, &app, "types=event&text=secret");
    let (mut all, _) = Watcher::open(&person, &app, "types=event");
    assert_eq!(snapshot["payloads"], false);
    let mut client = Client::connect(&platform, &app);
    client.subscribe("presence-p", Some(r#"{"user_id":"ann","user_info":{"n":1}}"#));
    for name in ["posted", "secretly"] {
        let body = json!({ "channel": "cache-a", "name": name, "data": "a secret" });
        assert_eq!(SignedRequest::post(&app, "events", &body).send(&platform).status, 200);
    }
    assert_eq!(all.next()["data"], "a secret");
    let told = watcher.next();
    assert_eq!((&told["name"], told.get("data"), &told["data_bytes"]), (&json!("posted"), None, &json!(10)));
    assert_eq!(guesser.next()["name"], "secretly");
    let get = |path: &str| {
        let path = format!("/api/v1/apps/{}/{path}", app.id);
        request(&platform.authority, "GET", &path, &[&proof], b"").unwrap().body
    };
    let connection = get(&format!("connections/{}", client.socket_id));
    let members = get("channels/presence-p/members");
    for body in [get("channels/cache-a"), connection, members] {
        assert!(!body.contains("a secret") && !body.contains("\"n\":1"), "{body}");
        assert!(!body.contains("\"error\""), "{body}");
    }
}

#[test]
fn one_tenants_stream_never_shows_anothers() {
    let platform = Platform::spawn().unwrap();
    let (owner, rival) = (sign_up(&platform, "owner@example.com"), sign_up(&platform, "rival@example.com"));
    let ((app, _), (other, _)) = (owner.create_app(), rival.create_app());
    let refused = rival.send("GET", &format!("/apps/{}/live", app.id), &Value::Null);
    assert_eq!(code(&refused), "not_found");
    let (mut watcher, _) = Watcher::open(&rival, &other, "");
    trigger(&platform, &app, "news", "owners");
    trigger(&platform, &other, "news", "rivals");
    assert_eq!(watcher.next()["name"], "rivals");
}
