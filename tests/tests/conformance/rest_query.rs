//! 104 to 114: queries, answers and quotas.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    time::Duration,
};

use serde_json::{Value, json};

use crate::{
    client::Client,
    scene::{Scene, eventually},
    signing::SignedRequest,
};

/// Ada twice and Bob in a room, and a reader of the news.
fn populated(scene: &Scene) -> Vec<Client> {
    let mut clients: Vec<_> = (0..4).map(|_| scene.connect()).collect();
    for (client, user) in clients.iter_mut().zip(["ada", "ada", "bob"]) {
        client.join("presence-room", &json!({ "user_id": user }).to_string());
    }
    clients[3].subscribe("news");
    clients
}

fn expect(scene: &Scene, resource: &str, parameters: &[(&str, &str)], status: u16, body: &str) {
    let response = scene.get(resource, parameters);
    assert_eq!((response.status, response.body.as_str()), (status, body), "{resource} {parameters:?}");
}

#[test]
fn p104_the_list_holds_the_occupied_channels_as_an_object() {
    let scene = Scene::new(&[]);
    expect(&scene, "channels", &[], 200, r#"{"channels":{}}"#);
    let mut clients = populated(&scene);
    scene.publish("nobody-here", "x", "x");
    scene.publish("cache-nobody-here", "x", "x");
    let all = json!({ "channels": { "news": {}, "presence-room": {} } });
    assert_eq!(scene.query("channels", &[]), all);
    let filtered = json!({ "channels": { "presence-room": {} } });
    assert_eq!(scene.query("channels", &[("filter_by_prefix", "presence-")]), filtered);
    assert_eq!(scene.query("channels", &[("filter_by_prefix", "ne")]), json!({ "channels": { "news": {} } }));
    expect(&scene, "channels", &[("filter_by_prefix", "room")], 200, r#"{"channels":{}}"#);
    clients[3].unsubscribe("news");
    eventually(|| scene.query("channels", &[]) == filtered);
    drop(clients);
    eventually(|| scene.get("channels", &[]).body == r#"{"channels":{}}"#);
}

#[test]
fn p105_user_count_of_a_list_needs_the_presence_prefix_and_counts_users() {
    let scene = Scene::new(&[]);
    let _clients = populated(&scene);
    let text = "user_count may only be requested for presence channels - please supply filter_by_prefix begining with presence-\n";
    let count = ("info", "user_count");
    expect(&scene, "channels", &[count], 400, text);
    expect(&scene, "channels", &[count, ("filter_by_prefix", "presence")], 400, text);
    let expected = json!({ "channels": { "presence-room": { "user_count": 2 } } });
    assert_eq!(scene.query("channels", &[count, ("filter_by_prefix", "presence-")]), expected);
    assert_eq!(scene.query("channels", &[count, ("filter_by_prefix", "presence-ro")]), expected);
    assert_eq!(scene.get("channels", &[("info", "nonsense")]).status, 400);
}

#[test]
fn p106_a_channel_always_tells_whether_it_is_occupied() {
    let scene = Scene::new(&["subscription_count=true"]);
    let _clients = populated(&scene);
    expect(&scene, "channels/news", &[], 200, r#"{"occupied":true}"#);
    expect(&scene, "channels/nobody-here", &[], 200, r#"{"occupied":false}"#);
    let counts = [("info", "user_count,subscription_count")];
    let expected = json!({ "occupied": true, "user_count": 2, "subscription_count": 3 });
    assert_eq!(scene.query("channels/presence-room", &counts), expected);
    let expected = json!({ "occupied": false, "user_count": 0, "subscription_count": 0 });
    assert_eq!(scene.query("channels/presence-empty", &counts), expected);
}

#[test]
fn p107_an_attribute_that_a_channel_does_not_have_is_400() {
    let scene = Scene::new(&[]);
    let text = "Cannot retrieve the user count unless the channel is a presence channel\n";
    for channel in ["news", "private-x", "cache-x", "private-encrypted-x"] {
        expect(&scene, &format!("channels/{channel}"), &[("info", "user_count")], 400, text);
    }
    for (channel, info) in [
        ("news", "cache"),
        ("presence-room", "cache"),
        ("private-x", "cache"),
        // Counting is off.
        ("news", "subscription_count"),
        ("presence-room", "user_count,subscription_count"),
        ("news", "nonsense"),
    ] {
        let response = scene.get(&format!("channels/{channel}"), &[("info", info)]);
        assert_eq!(response.status, 400, "{channel} {info}: {}", response.body);
    }
}

#[test]
fn p108_cache_tells_data_and_ttl_or_null() {
    let scene = Scene::new(&[]);
    let info = [("info", "cache")];
    assert_eq!(scene.query("channels/cache-x", &info), json!({ "occupied": false, "cache": null }));
    for channel in ["cache-x", "private-cache-x", "private-encrypted-cache-x", "presence-cache-x"] {
        scene.publish(channel, "posted", r#"{"a": 1}"#);
        let found = scene.query(&format!("channels/{channel}"), &info);
        assert_eq!(found["cache"]["data"], r#"{"a": 1}"#, "{found}");
        assert!(found["cache"]["ttl"].is_u64(), "{found}");
        assert_eq!(found["cache"].as_object().unwrap().len(), 2, "{found}");
    }
}

#[test]
fn p109_users_are_listed_once_each() {
    let scene = Scene::new(&[]);
    let mut clients = populated(&scene);
    let mut seven = scene.connect();
    seven.join("presence-room", r#"{"user_id":7}"#);
    let found = scene.query("channels/presence-room/users", &[]);
    let mut users: Vec<_> = found["users"].as_array().unwrap().clone();
    users.sort_by_key(Value::to_string);
    assert_eq!(json!(users), json!([{ "id": "7" }, { "id": "ada" }, { "id": "bob" }]));
    expect(&scene, "channels/presence-empty/users", &[], 200, r#"{"users":[]}"#);
    let text = "Users can only be retrieved for presence channels\n";
    for channel in ["news", "private-x", "presence"] {
        expect(&scene, &format!("channels/{channel}/users"), &[], 400, text);
    }
    clients[0].unsubscribe("presence-room");
    clients[2].unsubscribe("presence-room");
    eventually(|| scene.query("channels/presence-room/users", &[])["users"].as_array().unwrap().len() == 2);
}

#[test]
fn p110_users_takes_no_further_parameters_and_names_them() {
    let scene = Scene::new(&[]);
    let response = scene.get("channels/presence-room/users", &[("info", "user_count"), ("page", "2")]);
    assert_eq!(response.status, 400);
    assert!(response.body.contains("info") && response.body.contains("page"), "{}", response.body);
    let python = [("body_md5", "d41d8cd98f00b204e9800998ecf8427e")];
    expect(&scene, "channels/presence-room/users", &python, 200, r#"{"users":[]}"#);
}

#[test]
fn p111_the_legacy_routes_publish_with_202_and_tell_stats() {
    let scene = Scene::new(&[]);
    let (mut ada, mut bob) = (scene.connect(), scene.connect());
    ada.subscribe("news");
    bob.subscribe("news");
    let data = r#"{"raw": "bödy"}"#;
    let post = || SignedRequest::post(&scene.app, "channels/news/events", data).with("name", "posted");
    let response = post().send(scene.platform());
    assert_eq!((response.status, response.body.as_str()), (202, "202 ACCEPTED\n"));
    for client in [&mut ada, &mut bob] {
        assert_eq!(client.next(), json!({ "event": "posted", "channel": "news", "data": data }));
    }
    let response = post().with("socket_id", &ada.socket_id).send(scene.platform());
    assert_eq!(response.status, 202);
    bob.event("posted");
    scene.fence("news", [&mut ada, &mut bob]);
    let nameless = SignedRequest::post(&scene.app, "channels/news/events", data).send(scene.platform());
    assert_eq!(nameless.status, 400);
    let stats = scene.query("channels/news/stats", &[]);
    assert_eq!(stats["occupied"], true, "{stats}");
}

#[test]
fn p112_errors_are_one_line_of_text_successes_json_and_connections_kept() {
    let scene = Scene::new(&[]);
    let stream = TcpStream::connect(&scene.platform().authority).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut stream = BufReader::new(stream);
    let good = SignedRequest::get(&scene.app, "channels");
    let wrong = SignedRequest::get(&scene.app, "channels").with("info", "nonsense");
    let forged = SignedRequest { secret: "wrong".to_owned(), ..SignedRequest::get(&scene.app, "channels") };
    let post =
        SignedRequest::post(&scene.app, "events", &json!({ "name": "x", "channel": "a", "data": "x" }));
    let broken = SignedRequest::post(&scene.app, "events", "{nonsense");
    let legacy = SignedRequest::post(&scene.app, "channels/a/events", "x").with("name", "x");
    for (request, status) in [
        (&good, 200),
        (&wrong, 400),
        (&forged, 401),
        (&post, 200),
        (&broken, 400),
        (&legacy, 202),
        (&good, 200),
    ] {
        let (head, body) = exchange(&mut stream, request);
        assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{head}{body}");
        let head = head.to_lowercase();
        assert!(!head.contains("\r\nconnection: close"), "{head}");
        if status == 200 {
            assert!(head.contains("\r\ncontent-type: application/json\r\n"), "{head}");
            assert!(serde_json::from_str::<Value>(&body).unwrap().is_object());
        } else {
            assert!(head.contains("\r\ncontent-type: text/plain"), "{head}");
            assert!(body.ends_with('\n') && body.lines().count() == 1, "{body:?}");
        }
    }
}

/// One request of several on a connection.
fn exchange(stream: &mut BufReader<TcpStream>, request: &SignedRequest) -> (String, String) {
    let (method, path, query, body) = (request.method, &request.path, request.query(), &request.body);
    let length = body.len();
    let head = format!("{method} {path}?{query} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n");
    stream.get_mut().write_all(format!("{head}{body}").as_bytes()).unwrap();
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert!(stream.read_line(&mut head).unwrap() > 0, "the connection was closed after {head:?}");
    }
    let is_length = |line: &&str| line.to_lowercase().starts_with("content-length: ");
    let length = head.lines().find(is_length).unwrap().split_once(": ").unwrap().1.parse().unwrap();
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    (head, String::from_utf8(body).unwrap())
}

#[test]
fn p113_unknown_apps_and_routes_are_404_and_wrong_methods_405() {
    let scene = Scene::new(&[]);
    assert!(scene.app.id.bytes().all(|byte| byte.is_ascii_digit()), "{}", scene.app.id);
    let status = |method: &'static str, path: &str| {
        let request = SignedRequest { method, path: path.to_owned(), ..SignedRequest::get(&scene.app, "") };
        request.send(scene.platform()).status
    };
    let id = &scene.app.id;
    for unknown in ["/apps/999999999999/channels", "/apps/x/channels", "/apps//channels", "/apps/0/channels"]
    {
        assert!([401, 404].contains(&status("GET", unknown)), "{unknown}");
    }
    for path in ["nonsense", "channels/news/nonsense", "events/x", "", "users/u1"] {
        assert_eq!(status("GET", &format!("/apps/{id}/{path}")), 404, "{path}");
        assert_eq!(status("POST", &format!("/apps/{id}/{path}")), 404, "{path}");
    }
    for (method, path) in [
        ("GET", "events"),
        ("GET", "batch_events"),
        ("POST", "channels"),
        ("DELETE", "channels/news"),
        ("PUT", "events"),
        ("POST", "channels/presence-room/users"),
        ("GET", "users/u1/terminate_connections"),
    ] {
        assert_eq!(status(method, &format!("/apps/{id}/{path}")), 405, "{method} {path}");
    }
}

#[test]
fn p114_over_the_message_quota_publishing_is_403() {
    let scene = Scene::new(&["max_messages_per_day=5"]);
    let event = json!({ "name": "x", "channel": "news", "data": "x" });
    assert_eq!(scene.post("events", &event).status, 200);
    let mut accepted = 1;
    let refused = loop {
        let response = scene.post("events", &event);
        if response.status != 200 {
            break response;
        }
        accepted += 1;
        assert!(accepted <= 5, "the quota is not kept");
    };
    assert_eq!((accepted, refused.status), (5, 403), "{}", refused.body);
    let text = "API call failed since (daily) message quota exceeded: max_messages_per_day of the app is 5; \
                try again in ";
    assert!(refused.body.starts_with(text) && refused.body.ends_with(" s\n"), "{}", refused.body);
    let batch = json!({ "batch": [event] });
    assert_eq!(scene.post("batch_events", &batch).status, 403);
    // Connections and other apps are not concerned.
    scene.connect().fence();
    assert_eq!(Scene::new(&[]).post("events", &event).status, 200);
    scene.change(&json!({ "settings": { "max_messages_per_day": null } }));
    eventually(|| scene.post("events", &event).status == 200);
}

#[test]
fn p114_a_request_counts_twice_with_info_and_each_delivery_once() {
    let scene = Scene::new(&["max_messages_per_day=2"]);
    let asking = json!({ "name": "x", "channel": "presence-x", "data": "x", "info": "user_count" });
    assert_eq!(scene.post("events", &asking).status, 200);
    assert_eq!(scene.post("events", &asking).status, 403);

    let scene = Scene::new(&["max_messages_per_day=51"]);
    let event = json!({ "name": "x", "channel": "news", "data": "x" });
    let mut clients: Vec<Client> = (0..50).map(|_| scene.connect()).collect();
    clients.iter_mut().for_each(|client| client.subscribe("news"));
    assert_eq!(scene.post("events", &event).status, 200);
    clients.iter_mut().for_each(|client| drop(client.event("x")));
    // Far fewer tries than it would take if deliveries cost nothing.
    let statuses: Vec<_> = (0..10).map(|_| scene.post("events", &event).status).collect();
    assert_eq!(statuses.last(), Some(&403), "{statuses:?}");
}
