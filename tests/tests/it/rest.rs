use campanile_tests::{Platform, request};
use serde_json::json;

use crate::{
    signing::{SignedRequest, now, query, trigger},
    socket::Client,
};

fn event(channel: &str) -> String {
    json!({ "name": "x", "channel": channel, "data": "x" }).to_string()
}

#[test]
fn a_request_that_is_not_authentic_changes_nothing() {
    let platform = Platform::spawn().unwrap();
    let tenant = platform.create_tenant("Acme").unwrap();
    let app = platform.create_app(&tenant, "One", &[]).unwrap();
    let other = platform.create_app(&tenant, "Two", &[]).unwrap();
    let mut client = Client::connect(&platform, &app);
    client.subscribe("news", None);

    let good = || SignedRequest::post(&app, "events", &event("news"));
    let signed = good().query();
    let flipped = if signed.ends_with('0') { '1' } else { '0' };
    let wrong = format!("{}{flipped}", &signed[..signed.len() - 1]);
    let foreign = SignedRequest { key: other.key.clone(), secret: other.secret.clone(), ..good() };
    let unknown = SignedRequest { key: "nobody".to_owned(), ..good() };
    let late = SignedRequest { timestamp: now() - 600, ..good() };
    let early = SignedRequest { timestamp: now() + 660, ..good() };
    let nowhere = SignedRequest { path: "/apps/999999999999/events".to_owned(), ..good() };
    let no_id = SignedRequest { path: "/apps/x/events".to_owned(), ..good() };
    for (name, response, status, text) in [
        ("wrong signature", good().send_with(&platform, &wrong, &event("news")), 401, "Invalid signature"),
        ("another body", good().send_with(&platform, &signed, &event("other")), 401, "Invalid body_md5"),
        ("unsigned", good().send_with(&platform, "", &event("news")), 401, "Missing parameter: auth_key"),
        (
            "twice",
            good().send_with(&platform, &format!("{signed}&auth_key=x"), ""),
            400,
            "Duplicate parameter",
        ),
        ("key of another app", foreign.send(&platform), 401, "Unknown auth_key"),
        ("unknown key", unknown.send(&platform), 401, "Unknown auth_key"),
        ("expired", late.send(&platform), 401, "Timestamp expired: Given timestamp ("),
        ("from the future", early.send(&platform), 401, "Timestamp expired: Given timestamp ("),
        ("unknown app", nowhere.send(&platform), 404, "There is no app with this id"),
        ("no app id", no_id.send(&platform), 404, "There is no app with this id"),
    ] {
        assert_eq!(response.status, status, "{name}: {}", response.body);
        assert!(
            response.body.starts_with(text) && response.body.ends_with('\n'),
            "{name}: {}",
            response.body
        );
        assert!(response.head.to_lowercase().contains("content-type: text/plain"), "{name}");
    }
    trigger(&platform, &app, "news", "fence");
    assert_eq!(client.next_event(), "fence");
}

#[test]
fn a_request_that_is_not_valid_changes_nothing() {
    let platform = Platform::spawn().unwrap();
    let tenant = platform.create_tenant("Acme").unwrap();
    let app = platform.create_app(&tenant, "One", &[]).unwrap();
    let mut client = Client::connect(&platform, &app);
    client.subscribe("news", None);
    let with = |member: &str, value: serde_json::Value| {
        let mut body = json!({ "name": "x", "channels": ["news"], "data": "x" });
        body[member] = value;
        body.to_string()
    };
    let channels: Vec<_> = (0..101).map(|index| format!("channel-{index}")).collect();
    let entry = json!({ "name": "x", "channel": "news", "data": "x" });
    let bad_entry = json!({ "name": "x", "channels": ["news"], "data": "x" });
    for (resource, body, status, text) in [
        ("events", "nonsense".to_owned(), 400, "The body must be a JSON object"),
        ("events", "[]".to_owned(), 400, "The body must be a JSON object"),
        ("events", "{}".to_owned(), 400, "Missing required parameter: name"),
        ("events", with("data", json!("x".repeat(10_241))), 413, "The data content of this event exceeds"),
        ("events", with("name", json!("x".repeat(201))), 400, "Event name too long"),
        ("events", with("name", json!("pusher:x")), 400, "Event names starting with"),
        ("events", with("channels", json!(["no space"])), 400, "Channel name contains illegal"),
        ("events", with("channels", json!(["#nobody"])), 400, "Channel name contains illegal"),
        ("events", with("channels", json!(["x".repeat(201)])), 400, "Channel name must be"),
        ("events", with("channels", json!([])), 400, "Missing required parameter: channels"),
        ("events", with("channels", json!(channels)), 400, "Too many channels (101 > 100)"),
        (
            "events",
            with("channels", json!(["news", "private-encrypted-a"])),
            400,
            "An event for an encrypted",
        ),
        ("events", with("socket_id", json!("nobody")), 400, "socket_id must match"),
        ("events", with("info", json!("nonsense")), 400, "Unknown info attribute: nonsense"),
        ("batch_events", json!({ "batch": vec![&entry; 11] }).to_string(), 400, "Batch too large (11 > 10)"),
        (
            "batch_events",
            json!({ "batch": [entry, bad_entry] }).to_string(),
            400,
            "Missing required parameter: channel",
        ),
        ("events", " ".repeat(8 * 1024 * 1024 + 1), 413, "The request body exceeds"),
    ] {
        let response = SignedRequest::post(&app, resource, &body).send(&platform);
        assert_eq!(response.status, status, "{body:.80}: {}", response.body);
        assert!(response.body.starts_with(text), "{body:.80}: {}", response.body);
    }
    for (resource, parameters, text) in [
        ("channels", &[("info", "user_count")][..], "user_count may only be requested for presence channels"),
        ("channels/news", &[("info", "user_count")], "Cannot retrieve the user count unless"),
        ("channels/news/users", &[], "Users can only be retrieved for presence channels"),
        ("channels/presence-a/users", &[("info", "x")], "Extraneous query parameters: info"),
    ] {
        let request = SignedRequest::get(&app, resource);
        let request = parameters.iter().fold(request, |request, (name, value)| request.with(name, value));
        let response = request.send(&platform);
        assert_eq!(response.status, 400, "{resource}");
        assert!(response.body.starts_with(text), "{resource}: {}", response.body);
    }
    trigger(&platform, &app, "news", "fence");
    assert_eq!(client.next_event(), "fence");
}

#[test]
fn events_arrive_once_per_channel_and_not_at_the_excluded_socket() {
    let platform = Platform::spawn().unwrap();
    let tenant = platform.create_tenant("Acme").unwrap();
    let app = platform.create_app(&tenant, "One", &[]).unwrap();
    let (mut alice, mut bob) = (Client::connect(&platform, &app), Client::connect(&platform, &app));
    for channel in ["a", "b"] {
        alice.subscribe(channel, None);
        bob.subscribe(channel, None);
    }
    let body = json!({
        "name": "x", "channels": ["a", "b", "a", "nobody-here"], "data": "{\"ü\": 1}", "socket_id": alice.socket_id,
    });
    assert_eq!(SignedRequest::post(&app, "events", &body).send(&platform).body, "{}");
    let mut got = [bob.next(), bob.next()];
    got.sort_by_key(|frame| frame["channel"].to_string());
    for (frame, channel) in got.iter().zip(["a", "b"]) {
        assert_eq!(*frame, json!({ "event": "x", "channel": channel, "data": "{\"ü\": 1}" }));
    }
    alice.fence();
    bob.fence();

    let batch = json!({ "batch": [
        { "name": "one", "channel": "a", "data": "1" },
        { "name": "two", "channel": "presence-p", "data": "2", "info": "user_count" },
        { "name": "three", "channel": "a", "data": "3" },
    ] });
    let response = SignedRequest::post(&app, "batch_events", &batch).send(&platform);
    assert_eq!(response.body, r#"{"batch":[{},{"user_count":0},{}]}"#);
    assert_eq!((alice.next_event(), alice.next_event()), ("one".to_owned(), "three".to_owned()));
}

#[test]
fn queries_tell_what_is_occupied() {
    let platform = Platform::spawn().unwrap();
    let tenant = platform.create_tenant("Acme").unwrap();
    let app = platform.create_app(&tenant, "One", &[]).unwrap();
    assert_eq!(query(&platform, &app, "channels", &[]), json!({ "channels": {} }));
    let (mut alice, mut bob) = (Client::connect(&platform, &app), Client::connect(&platform, &app));
    alice.subscribe("presence-p", Some(r#"{"user_id":7}"#));
    bob.subscribe("presence-p", Some(r#"{"user_id":"7"}"#));
    bob.subscribe("news", None);

    assert_eq!(
        query(&platform, &app, "channels", &[]),
        json!({ "channels": { "news": {}, "presence-p": {} } })
    );
    let parameters = [("filter_by_prefix", "presence-"), ("info", "user_count")];
    let expected = json!({ "channels": { "presence-p": { "user_count": 1 } } });
    assert_eq!(query(&platform, &app, "channels", &parameters), expected);
    assert_eq!(query(&platform, &app, "channels/news", &[]), json!({ "occupied": true }));
    assert_eq!(query(&platform, &app, "channels/empty", &[]), json!({ "occupied": false }));
    let info = [("info", "user_count")];
    let expected = json!({ "occupied": true, "user_count": 1 });
    assert_eq!(query(&platform, &app, "channels/presence-p", &info), expected);
    assert_eq!(query(&platform, &app, "channels/presence-p/users", &[]), json!({ "users": [{ "id": "7" }] }));
    assert_eq!(query(&platform, &app, "channels/presence-q/users", &[]), json!({ "users": [] }));
}

#[test]
fn an_attribute_that_does_not_apply_does_not_stop_the_event() {
    let platform = Platform::spawn().unwrap();
    let tenant = platform.create_tenant("Acme").unwrap();
    let app = platform.create_app(&tenant, "One", &[]).unwrap();
    let mut client = Client::connect(&platform, &app);
    client.subscribe("news", None);
    let info = "user_count,subscription_count,cache";
    let body = json!({ "name": "x", "channel": "news", "data": "x", "info": info });
    let response = SignedRequest::post(&app, "events", &body).send(&platform);
    assert_eq!((response.status, response.body.as_str()), (200, r#"{"channels":{"news":{}}}"#));
    assert_eq!(client.next_event(), "x");
}

#[test]
fn a_method_that_a_route_does_not_know_is_told_so() {
    let platform = Platform::spawn().unwrap();
    for (method, target, status) in [
        ("GET", "/apps/7/events", 405),
        ("DELETE", "/apps/7/channels", 405),
        ("GET", "/apps/7/nonsense", 404),
        ("GET", "/app/key", 426),
        ("GET", "/timeline/v2/jsonp/1", 200),
        ("GET", "/timeline/v2/xhr/2", 200),
    ] {
        let response = request(&platform.authority, method, target, &[], b"").unwrap();
        assert_eq!(response.status, status, "{method} {target}");
        assert!(!response.body.is_empty(), "{method} {target}");
    }
}

#[test]
fn two_tenants_with_equal_names_never_meet() {
    let platform = Platform::spawn().unwrap();
    let apps = ["Acme", "Rival"].map(|name| {
        let tenant = platform.create_tenant(name).unwrap();
        platform.create_app(&tenant, "Chat", &["--setting", "client_events=true"]).unwrap()
    });
    let mut clients = apps.each_ref().map(|app| Client::connect(&platform, app));
    for (client, user) in clients.iter_mut().zip(["\"a\"", "\"b\""]) {
        client.subscribe("news", None);
        client.subscribe("private-x", None);
        client.subscribe("presence-p", Some(&format!(r#"{{"user_id":{user}}}"#)));
    }
    trigger(&platform, &apps[0], "news", "first");
    trigger(&platform, &apps[1], "news", "second");
    clients[0].say(&json!({ "event": "client-hi", "channel": "private-x", "data": "x" }));
    for (client, name) in clients.iter_mut().zip(["first", "second"]) {
        assert_eq!(client.next_event(), name);
        client.fence();
    }
    for (app, user) in apps.iter().zip(["a", "b"]) {
        let users = query(&platform, app, "channels/presence-p/users", &[]);
        assert_eq!(users, json!({ "users": [{ "id": user }] }));
    }
    // A signature of the other tenant's key does not open a channel here.
    let mut thief = Client::connect(&platform, &apps[1]);
    let forged = crate::signing::sign(&apps[0].secret, &format!("{}:private-x", thief.socket_id));
    for key in [&apps[0].key, &apps[1].key] {
        let auth = format!("{key}:{forged}");
        thief.say(&json!({ "event": "pusher:subscribe", "data": { "channel": "private-x", "auth": auth } }));
        assert_eq!(thief.next_event(), "pusher:subscription_error");
    }
}

#[test]
fn a_thousand_subscribers_cost_one_write_each() {
    let platform = Platform::spawn().unwrap();
    let tenant = platform.create_tenant("Acme").unwrap();
    let app = platform.create_app(&tenant, "One", &[]).unwrap();
    let mut clients: Vec<_> = (0..1000).map(|_| Client::connect(&platform, &app)).collect();
    clients.iter_mut().for_each(|client| client.subscribe("news", None));
    let before = socket_writes(&platform);
    trigger(&platform, &app, "news", "posted");
    for client in &mut clients {
        assert_eq!(client.next_event(), "posted");
    }
    let after = socket_writes(&platform);
    assert_eq!(after - before, 1000);
}

fn socket_writes(platform: &Platform) -> u64 {
    let metrics = request(&platform.internal_authority, "GET", "/metrics", &[], b"").unwrap().body;
    let line = metrics.lines().find_map(|line| line.strip_prefix("campanile_socket_writes_total "));
    line.unwrap().parse().unwrap()
}
