//! Whom a session is refused to, and who loses one (item 130 of the Pusher reference).

use serde_json::json;

use crate::{
    exchange::Ask,
    fallback::eventually,
    pusher_js::{PusherJs, events, socket_id},
    session::after_prelude,
    signing::SignedRequest,
    stage::Stage,
    tests,
};

tests![
    errors_are_told_before_the_close,
    an_app_over_its_quota_refuses_until_one_leaves,
    only_pages_of_the_allowed_origins_connect,
    a_terminated_user_is_closed,
    a_disabled_app_closes_its_sessions,
    a_client_that_falls_behind_is_told_to_return_later,
];

fn refused(stage: &Stage, ask: &Ask, code: u16) -> String {
    let mut answer = stage.send(ask);
    assert_eq!(after_prelude(&mut answer), "o\n");
    let error = &events(answer.chunk().unwrap().trim_end())[0];
    assert_eq!((&error["event"], &error["data"]["code"]), (&json!("pusher:error"), &json!(code)));
    let close = answer.chunk().unwrap();
    let (told, reason): (u16, String) =
        serde_json::from_str(close.trim_end().strip_prefix('c').unwrap()).unwrap();
    assert_eq!(told, code);
    assert_eq!(error["data"]["message"], reason);
    assert_eq!(answer.chunk(), None);
    reason
}

/// Item 130.
fn errors_are_told_before_the_close(stage: &Stage) {
    let app = stage.app(&["force_tls=true"]);
    let client = PusherJs::new(stage, &app);
    refused(stage, &client.receive("xhr_streaming"), 4000);
    let secure = PusherJs::new(stage, &app).receive("xhr_streaming").with("X-Forwarded-Proto: https");
    let mut answer = stage.send(&secure);
    assert_eq!(after_prelude(&mut answer), "o\n");
    assert!(answer.chunk().unwrap().contains("connection_established"));

    let mut unknown = app.clone();
    "unknown".clone_into(&mut unknown.key);
    let client = PusherJs::new(stage, &unknown);
    refused(stage, &client.receive("xhr_streaming"), 4001);
    let polling = PusherJs::new(stage, &unknown);
    assert_eq!(polling.poll(), "o\n");
    assert_eq!(polling.poll_events()[0]["data"]["code"], 4001);
    for _ in 0..2 {
        assert!(polling.poll().starts_with("c[4001,"), "told again");
    }

    let app = stage.app(&[]);
    stage.change(&app, &json!({ "enabled": false }));
    eventually(|| {
        let mut stream = PusherJs::new(stage, &app).stream();
        assert_eq!(stream.line(), "o");
        stream.line().contains("4003")
    });
    refused(stage, &PusherJs::new(stage, &app).receive("xhr_streaming"), 4003);

    let app = stage.app(&[]);
    for (query, code) in [("protocol=3", 4007), ("protocol=x", 4007), ("protocol=7&version=x", 4006)] {
        let url = PusherJs::new(stage, &app).url("xhr_streaming");
        refused(stage, &Ask::post(&format!("{url}?{query}"), ""), code);
    }
}

/// Connections over HTTP count like others.
fn an_app_over_its_quota_refuses_until_one_leaves(stage: &Stage) {
    let app = stage.app(&["max_connections=2"]);
    let first = PusherJs::new(stage, &app);
    let (mut stream, _) = first.open();
    let polling = PusherJs::new(stage, &app);
    assert_eq!(polling.poll(), "o\n");
    polling.poll_events();
    refused(stage, &PusherJs::new(stage, &app).receive("xhr_streaming"), 4004);
    // A further receiver of the same session needs no further place.
    stream = {
        drop(stream);
        first.stream()
    };
    first.say(&json!({ "event": "pusher:ping", "data": {} }));
    stream.event("pusher:pong");
    drop(stream);
    eventually(|| {
        let mut stream = PusherJs::new(stage, &app).stream();
        assert_eq!(stream.line(), "o");
        stream.line().contains("connection_established")
    });
}

fn only_pages_of_the_allowed_origins_connect(stage: &Stage) {
    let app = stage.app(&[r#"allowed_origins=["https://www.example.com"]"#]);
    let from = |origin: &str| {
        let ask = PusherJs::new(stage, &app).receive("xhr_streaming");
        ask.with(&format!("Origin: {origin}"))
    };
    for origin in ["https://other.example", "http://www.example.com", "null"] {
        assert_eq!(refused(stage, &from(origin), 4009), "Origin not allowed");
    }
    let mut answer = stage.send(&from("https://www.example.com"));
    assert_eq!(after_prelude(&mut answer), "o\n");
    assert!(answer.chunk().unwrap().contains("connection_established"));
}

fn a_terminated_user_is_closed(stage: &Stage) {
    let app = stage.app(&[]);
    let client = PusherJs::new(stage, &app);
    let (mut stream, id) = client.open();
    client.sign_in(&id, "u1");
    stream.event("pusher:signin_success");
    let terminate = SignedRequest::post(&app, "users/u1/terminate_connections", &json!({}));
    assert_eq!(terminate.send(&stage.platform).status, 200);
    assert_eq!(stream.closed().0, 4009);
    assert!(client.poll().starts_with("c[4009,"));
}

fn a_disabled_app_closes_its_sessions(stage: &Stage) {
    let app = stage.app(&[]);
    let mut stream = PusherJs::new(stage, &app).subscribed(&["news"]);
    stage.change(&app, &json!({ "enabled": false }));
    assert_eq!(stream.closed().0, 4003);
}

/// More than 1 MiB is kept for nobody; the client learns that by a code after which it waits.
fn a_client_that_falls_behind_is_told_to_return_later(stage: &Stage) {
    let app = stage.app(&[]);
    let client = PusherJs::new(stage, &app);
    assert_eq!(client.poll(), "o\n");
    let id = socket_id(&client.poll_events()[0]);
    client.subscribe(&id, "news", None);
    client.poll_events();
    for index in 0..130 {
        stage.publish(&app, "news", &index.to_string(), &"x".repeat(9_000));
    }
    let mut told = client.poll();
    while !told.starts_with('c') {
        told = client.poll();
    }
    assert!(told.starts_with("c[4100,"), "{told:.100}");
    let other = PusherJs::new(stage, &app);
    other.open();
}
