//! 16 and 17: close frames of every kind.

use serde_json::json;

use crate::{
    raw::{BINARY, CLOSE, FINAL, RawSocket, TEXT, frame},
    scene::{QUERY, Scene, eventually},
};

/// Every close frame a client can bring about, with its code and reason.
fn close_frames() -> Vec<(u16, String)> {
    let scene = Scene::new(&[]);
    let mut found = Vec::new();
    let mut refused = |scene: &Scene, query: &str| {
        let mut client = scene.open(query, &[]);
        // Who must show authorisation in time is welcomed first.
        while client.next()["event"] != "pusher:error" {}
        found.push(client.closed());
    };
    refused(&Scene::new(&["force_tls=true"]), QUERY);
    refused(&Scene::new(&["max_connections=0"]), QUERY);
    refused(&scene, "?protocol=1");
    refused(&scene, "?protocol=7&version=x");
    let mut unknown = Scene::new(&[]);
    unknown.app.key = "k".repeat(300);
    refused(&unknown, QUERY);
    refused(&Scene::new(&["authorized_connections=true", "authorization_timeout_seconds=1"]), QUERY);

    let too_large = vec![FINAL | TEXT, 0xff, 0, 0, 0, 1, 0, 0, 0, 0];
    let broken =
        [frame(FINAL | TEXT, b"\xff"), frame(FINAL | BINARY, b"x"), frame(FINAL | 3, b""), too_large];
    for broken in broken {
        let target = format!("/app/{}{QUERY}", scene.app.key);
        let mut socket = RawSocket::open(&scene.platform().authority, &target, &broken);
        let mut frames = std::iter::repeat_with(|| socket.frame());
        let (_, payload) = frames.find(|(first, _)| *first == FINAL | CLOSE).unwrap();
        let code = u16::from_be_bytes([payload[0], payload[1]]);
        found.push((code, String::from_utf8(payload[2..].to_vec()).unwrap()));
    }

    let mut user = scene.connect();
    user.sign_in(r#"{"id":"u1"}"#);
    assert_eq!(scene.post("users/u1/terminate_connections", &json!({})).status, 200);
    user.event("pusher:error");
    found.push(user.closed());
    let mut client = scene.connect();
    scene.change(&json!({ "enabled": false }));
    found.push(client.closed());
    found
}

#[test]
fn p016_the_reason_of_a_close_frame_is_at_most_123_bytes() {
    let frames = close_frames();
    let mut codes: Vec<_> = frames.iter().map(|(code, _)| *code).collect();
    codes.sort_unstable();
    assert_eq!(codes, [1002, 1003, 1007, 1009, 4000, 4001, 4003, 4004, 4006, 4007, 4009, 4009]);
    for (code, reason) in frames {
        assert!(reason.len() <= 123 && (code < 4000 || !reason.is_empty()), "{code}: {reason}");
    }
}

#[test]
fn who_is_authorized_in_time_stays() {
    let scene = Scene::new(&["authorized_connections=true", "authorization_timeout_seconds=1"]);
    let (mut private, mut room, mut user) = (scene.connect(), scene.connect(), scene.connect());
    let mut public = scene.connect();
    private.subscribe("private-x");
    room.join("presence-room", r#"{"user_id":"u1"}"#);
    user.sign_in(r#"{"id":"u1"}"#);
    public.subscribe("news");
    let error = public.event("pusher:error");
    assert_eq!(error["data"]["message"], "Connection not authorized within timeout", "{error}");
    assert_eq!(public.closed().0, 4009);
    // The last to come was the last whose time was up.
    for client in [&mut private, &mut room, &mut user] {
        client.fence();
    }
}

#[test]
fn p017_no_close_frame_carries_a_43xx_code() {
    for (code, reason) in close_frames() {
        assert!(!(4300..4400).contains(&code), "{code}: {reason}");
    }
    // What is refused with such a code leaves the connection open.
    let scene = Scene::new(&["client_events=true", "watchlist=true"]);
    let mut client = scene.connect();
    client.subscribe("private-x");
    for _ in 0..10 {
        client.client_event("client-x", "private-x", &json!({}));
    }
    client.client_event("client-x", "private-x", &json!({}));
    client.error(4301);
    let ids: Vec<_> = (0..101).map(|id| format!("u{id}")).collect();
    client.request_sign_in(&json!({ "id": "me", "watchlist": ids }).to_string());
    eventually(|| client.next()["data"]["code"] == 4302);
    client.say(&json!({ "event": "pusher:ping" }));
    eventually(|| client.next()["event"] == "pusher:pong");
}
