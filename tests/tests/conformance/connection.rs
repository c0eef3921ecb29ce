//! 1 to 15: from the upgrade to the first frame, and refusals.

use std::{collections::HashSet, sync::Arc};

use campanile_tests::request;
use serde_json::{Value, json};

use crate::{
    client::Client,
    raw::{FINAL, RawSocket, TEXT, frame},
    scene::{QUERY, Scene, eventually},
    signing::SignedRequest,
    stage::Stage,
};

fn is_socket_id(text: &str) -> bool {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once('.').is_some_and(|(left, right)| is_number(left) && is_number(right))
}

#[test]
fn p001_an_upgrade_is_answered_with_101_whatever_the_order_of_its_query() {
    let scene = Scene::new(&[]);
    for query in [
        "",
        "?",
        QUERY,
        "?version=8.6.0&flash=false&client=js&protocol=7",
        "?client=js&protocol=7&version=8.6.0",
        "?protocol=7",
    ] {
        let target = format!("/app/{}{query}", scene.app.key);
        let socket = RawSocket::open(&scene.platform().authority, &target, b"");
        assert!(socket.head.starts_with("HTTP/1.1 101 "), "{query}: {}", socket.head);
        let head = socket.head.to_lowercase();
        assert!(head.contains("\r\nsec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo=\r\n"), "{head}");
    }
}

#[test]
fn p002_unknown_query_parameters_are_ignored() {
    let scene = Scene::new(&[]);
    for query in ["?protocol=7&flash=false", "?x", "?protocol=7&cluster=eu&t=1&a[]=b&=&%20=%zz"] {
        scene.open(query, &[]).welcomed().fence();
    }
}

#[test]
fn p003_the_first_frame_is_the_welcome() {
    let scene = Scene::new(&[]);
    let text = scene.open(QUERY, &[]).text();
    let start = r#"{"event":"pusher:connection_established","data":"{\"socket_id\":\""#;
    assert!(text.starts_with(start), "{text}");
}

#[test]
fn p004_the_data_of_the_welcome_is_a_string_with_socket_id_and_activity_timeout() {
    let scene = Scene::new(&[]);
    let welcome = scene.open(QUERY, &[]).data("pusher:connection_established");
    assert!(is_socket_id(welcome["socket_id"].as_str().unwrap()), "{welcome}");
    assert!(welcome["activity_timeout"].as_u64().unwrap() >= 1, "{welcome}");
}

#[test]
fn p005_a_socket_id_is_two_numbers_and_unique() {
    let scene = Scene::new(&[]);
    let clients: Vec<_> = (0..100).map(|_| scene.connect()).collect();
    assert!(clients.iter().all(|client| is_socket_id(&client.socket_id)));
    let ids: HashSet<_> = clients.iter().map(|client| client.socket_id.as_str()).collect();
    assert_eq!(ids.len(), 100);
}

#[test]
fn p006_an_unknown_key_is_refused_with_4001_after_the_upgrade() {
    let mut scene = Scene::new(&[]);
    scene.app.key = "nobodys-key".to_owned();
    let mut client = scene.open(QUERY, &[]);
    let refusal = client.event("pusher:error");
    assert_eq!(refusal["data"]["code"], 4001, "{refusal}");
    assert!(refusal["data"]["message"].is_string(), "{refusal}");
    assert_eq!(client.closed().0, 4001);
}

#[test]
fn p007_a_disabled_app_is_refused_with_4003_and_its_connections_are_closed() {
    let scene = Scene::new(&[]);
    let mut client = scene.connect();
    scene.change(&json!({ "enabled": false }));
    assert_eq!(client.closed().0, 4003);
    eventually(|| scene.open(QUERY, &[]).next()["event"] == "pusher:error");
    assert_eq!(scene.open(QUERY, &[]).refused(), 4003);
    scene.change(&json!({ "enabled": true }));
    eventually(|| scene.open(QUERY, &[]).next()["event"] == "pusher:connection_established");
}

#[test]
fn p008_an_app_for_tls_only_refuses_plain_sockets_with_4000() {
    let scene = Scene::new(&["force_tls=true"]);
    assert_eq!(scene.open(QUERY, &[]).refused(), 4000);
    assert_eq!(scene.open(QUERY, &[("X-Forwarded-Proto", "http")]).refused(), 4000);
    scene.open(QUERY, &[("X-Forwarded-Proto", "https")]).welcomed().fence();
    let plain = scene.get("channels", &[]);
    assert!([400, 403].contains(&plain.status), "{}", plain.body);
    let signed = SignedRequest::get(&scene.app, "channels");
    let target = format!("{}?{}", signed.path, signed.query());
    let authority = &scene.platform().authority;
    let secure = request(authority, "GET", &target, &["X-Forwarded-Proto: https"], b"").unwrap();
    assert_eq!(secure.status, 200, "{}", secure.body);
}

#[test]
fn p009_a_protocol_that_is_not_spoken_is_refused_with_4007() {
    let scene = Scene::new(&[]);
    for protocol in ["1", "2", "3", "99", "abc", "0", "-1", "7.0"] {
        let query = format!("?protocol={protocol}&client=js&version=8.6.0");
        assert_eq!(scene.open(&query, &[]).refused(), 4007, "{protocol}");
    }
}

#[test]
fn p010_a_malformed_version_is_refused_with_4006() {
    let scene = Scene::new(&[]);
    for version in ["abc", "-1", "8.6.0%20or%20so", "%3Cb%3E"] {
        let query = format!("?protocol=7&client=js&version={version}");
        assert_eq!(scene.open(&query, &[]).refused(), 4006, "{version}");
    }
    for version in ["8.6.0", "7.0", "1", "8.4.0-rc2", "2.1.0-beta.1", ""] {
        scene.open(&format!("?protocol=7&client=js&version={version}"), &[]).welcomed().fence();
    }
}

#[test]
fn p011_a_connection_over_the_quota_is_refused_with_4004_until_one_leaves() {
    let scene = Scene::new(&["max_connections=2"]);
    let (mut alice, bob) = (scene.connect(), scene.connect());
    assert_eq!(scene.open(QUERY, &[]).refused(), 4004);
    assert_eq!(scene.open(QUERY, &[]).refused(), 4004);
    alice.fence();
    bob.vanish();
    eventually(|| scene.open(QUERY, &[]).next()["event"] == "pusher:connection_established");
    alice.fence();
}

#[test]
fn p011_a_connection_counts_once_it_is_authorized_where_the_app_insists_on_that() {
    let scene = Scene::new(&["max_connections=1", "authorized_connections=true"]);
    let (mut ada, mut bob, mut eve) = (scene.connect(), scene.connect(), scene.connect());
    ada.subscribe("private-x");
    bob.fence();
    bob.request("private-x", None);
    assert_eq!(bob.closed().0, 4004);
    ada.fence();
    eve.fence();
    scene.connect().fence();
}

#[test]
fn p012_protocols_4_to_7_work_from_end_to_end() {
    let scene = Scene::new(&["client_events=true"]);
    let query = |protocol| format!("?protocol={protocol}&client=js&version=8.6.0");
    let mut clients: Vec<_> =
        (4..=7).map(|protocol| (protocol, scene.open(&query(protocol), &[]).welcomed())).collect();
    for (_, client) in &mut clients {
        client.subscribe("private-x");
        client.fence();
    }
    scene.publish("private-x", "posted", "1");
    for (_, client) in &mut clients {
        assert_eq!(client.next(), json!({ "event": "posted", "channel": "private-x", "data": "1" }));
    }
    clients[0].1.client_event("client-hi", "private-x", &json!({}));
    for (_, client) in &mut clients[1..] {
        client.event("client-hi");
    }
    // Before protocol 6 a client learns why it is closed from an error.
    scene.change(&json!({ "enabled": false }));
    for (protocol, client) in &mut clients {
        if *protocol < 6 {
            assert_eq!(client.refused(), 4003, "{protocol}");
        } else {
            assert_eq!(client.closed().0, 4003, "{protocol}");
        }
    }
}

#[test]
fn p013_a_frame_sent_before_the_welcome_is_answered() {
    let scene = Scene::new(&[]);
    let target = format!("/app/{}{QUERY}", scene.app.key);
    let ping = frame(FINAL | TEXT, br#"{"event":"pusher:ping","data":""}"#);
    let subscribe = frame(FINAL | TEXT, br#"{"event":"pusher:subscribe","data":{"channel":"news"}}"#);
    let mut socket = RawSocket::open(&scene.platform().authority, &target, &[ping, subscribe].concat());
    let events = [socket.text(), socket.text(), socket.text()].map(|text| {
        let frame: Value = serde_json::from_str(&text).unwrap();
        frame["event"].as_str().unwrap().to_owned()
    });
    let expected = ["pusher:connection_established", "pusher:pong", "pusher_internal:subscription_succeeded"];
    assert_eq!(events, expected);
}

#[test]
fn p014_a_wrong_path_is_404_or_4005() {
    let scene = Scene::new(&[]);
    let key = &scene.app.key;
    for path in [
        format!("/apps/{key}"),
        "/app/".to_owned(),
        "/app".to_owned(),
        format!("/app/{key}/x"),
        format!("/x/app/{key}"),
        "/".to_owned(),
    ] {
        let mut socket = RawSocket::open(&scene.platform().authority, &format!("{path}{QUERY}"), b"");
        match socket.status() {
            101 => assert_eq!(socket.closed(), 4005, "{path}"),
            status => assert_eq!(status, 404, "{path}"),
        }
    }
}

#[test]
fn p015_an_orderly_shutdown_sends_4200_to_every_connection() {
    let stage = Arc::new(Stage::new());
    let scenes = [Scene::on(stage.clone(), &[]), Scene::on(stage.clone(), &[])];
    let mut clients: Vec<Client> = scenes.iter().flat_map(|scene| (0..20).map(|_| scene.connect())).collect();
    clients[0].subscribe("news");
    drop(scenes);
    let mut stage = Arc::into_inner(stage).unwrap();
    assert!(stage.platform.stop().unwrap().success());
    for client in &mut clients {
        assert_eq!(client.closed().0, 4200);
    }
}
