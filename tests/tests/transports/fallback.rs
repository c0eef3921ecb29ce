//! Items 123 to 132 of the Pusher reference: pusher-js without WebSocket.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::{
    exchange::Ask,
    pusher_js::{PusherJs, QUERY, events, socket_id},
    session::{Session, finish},
    signing::{SignedRequest, query},
    stage::Stage,
    tests,
};

tests![
    a_stream_opens_and_welcomes_and_stays_open,
    polls_open_then_welcome,
    messages_are_taken_one_by_one,
    preflight_requests_need_no_credentials,
    a_silent_stream_tells_heartbeats,
    a_session_without_a_receiver_leaves_its_channels,
    a_poller_that_stops_leaves_its_channels,
    private_channels_and_client_events_work,
    presence_channels_work_over_polls,
    server_events_spare_their_sender,
    reports_of_clients_are_answered,
];

/// Item 123.
fn a_stream_opens_and_welcomes_and_stays_open(stage: &Stage) {
    let app = stage.app(&[]);
    let client = PusherJs::new(stage, &app);
    let mut stream = client.subscribed(&["news"]);
    for name in ["one", "two"] {
        stage.publish(&app, "news", name, "{\"x\":1}");
        let frame = stream.event(name);
        assert_eq!(frame, json!({ "event": name, "channel": "news", "data": "{\"x\":1}" }));
    }
    let listed = query(&stage.platform, &app, "channels", &[]);
    assert_eq!(listed, json!({ "channels": { "news": {} } }));
}

/// Item 124.
fn polls_open_then_welcome(stage: &Stage) {
    let app = stage.app(&[]);
    let client = PusherJs::new(stage, &app);
    assert_eq!(client.poll(), "o\n");
    let welcome = client.poll_events();
    let socket_id = socket_id(&welcome[0]);
    client.subscribe(&socket_id, "news", None);
    assert_eq!(client.poll_events()[0]["event"], "pusher_internal:subscription_succeeded");
    let waiting = stage.say(&client.receive("xhr"));
    stage.publish(&app, "news", "posted", "x");
    assert_eq!(events(finish(waiting.answer()).trim_end())[0]["event"], "posted");
}

/// Item 125.
fn messages_are_taken_one_by_one(stage: &Stage) {
    let app = stage.app(&[]);
    let client = PusherJs::new(stage, &app);
    let (mut stream, _) = client.open();
    client.say(&json!({ "event": "pusher:ping", "data": {} }));
    stream.event("pusher:pong");
    let answer = client.post("[]");
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (204, Some("*")));
    for body in ["", "{}", "[1]", "[\"x", "[{}]"] {
        assert!([400, 500].contains(&client.post(body).status), "{body}");
    }
    // Broken messages inside whole ones are the protocol's affair.
    client.say(&json!("x"));
    stream.event("pusher:error");
    client.say(&json!({ "event": "pusher:ping", "data": {} }));
    stream.event("pusher:pong");
    assert_eq!(PusherJs::new(stage, &app).post("[\"x\"]").status, 404);
}

/// Item 126.
fn preflight_requests_need_no_credentials(stage: &Stage) {
    let client = PusherJs::new(stage, &stage.app(&[]));
    for path in ["xhr", "xhr_streaming", "xhr_send"] {
        let ask = Ask::options(&format!("{}?{QUERY}", client.url(path)))
            .with("Origin: https://www.example.com")
            .with("Access-Control-Request-Headers: content-type");
        let answer = stage.send(&ask);
        assert!([200, 204].contains(&answer.status), "{}", answer.head);
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        assert_eq!(answer.header("access-control-allow-credentials"), None);
        assert_eq!(answer.header("access-control-allow-headers"), Some("content-type"));
    }
}

/// Item 127.
fn a_silent_stream_tells_heartbeats(stage: &Stage) {
    let client = PusherJs::new(stage, &stage.app(&[]));
    let (mut stream, _) = client.open();
    assert_eq!(stream.line(), "h");
    // The answer to a heartbeat is not answered; a sign of life without one is.
    client.post("[]");
    client.say(&json!({ "event": "pusher:ping", "data": {} }));
    assert!(stream.line().contains("pusher:pong"));
    client.post("[]");
    assert_eq!(stream.line(), "h");
}

/// Item 129.
fn a_session_without_a_receiver_leaves_its_channels(stage: &Stage) {
    let app = stage.app(&[]);
    let (watcher, leaver) = (PusherJs::new(stage, &app), PusherJs::new(stage, &app));
    let (mut watching, watcher_id) = watcher.open();
    watcher.subscribe(&watcher_id, "presence-room", Some(r#"{"user_id":"watcher"}"#));
    watching.event("pusher_internal:subscription_succeeded");
    let (mut leaving, leaver_id) = leaver.open();
    leaver.subscribe(&leaver_id, "presence-room", Some(r#"{"user_id":"leaver"}"#));
    leaving.event("pusher_internal:subscription_succeeded");
    watching.event("pusher_internal:member_added");
    let begun = Instant::now();
    drop(leaving);
    let left = watching.event("pusher_internal:member_removed");
    assert_eq!(left["data"], r#"{"user_id":"leaver"}"#);
    assert!(begun.elapsed() >= Duration::from_secs(5), "too early: {:?}", begun.elapsed());
    assert_eq!(leaver.post("[]").status, 404);
    assert_eq!(leaver.stream().line(), "o", "another session of that name");
}

/// The same on the paths of SockJS, and for who polls.
fn a_poller_that_stops_leaves_its_channels(stage: &Stage) {
    let app = stage.app(&[]);
    let session = Session::new(stage, &format!("/sockjs/app/{}", app.key));
    assert_eq!(session.poll(), "o\n");
    session.poll();
    session.send(&[r#"{"event":"pusher:subscribe","data":{"channel":"news"}}"#]);
    assert!(session.poll().contains("subscription_succeeded"));
    let is_there = || query(&stage.platform, &app, "channels/news", &[])["occupied"] == true;
    assert!(is_there(), "between two polls it stays");
    eventually(|| !is_there());
}

fn private_channels_and_client_events_work(stage: &Stage) {
    let app = stage.app(&["client_events=true"]);
    let (ada, bob) = (PusherJs::new(stage, &app), PusherJs::new(stage, &app));
    let (mut of_ada, ada_id) = ada.open();
    let (mut of_bob, bob_id) = bob.open();
    ada.subscribe(&ada_id, "private-x", None);
    of_ada.event("pusher_internal:subscription_succeeded");
    bob.subscribe("1.1", "private-x", None);
    assert_eq!(of_bob.event("pusher:subscription_error")["data"]["status"], 401);
    bob.subscribe(&bob_id, "private-x", None);
    of_bob.event("pusher_internal:subscription_succeeded");
    ada.say(&json!({ "event": "client-hi", "channel": "private-x", "data": { "n": "é😀" } }));
    let expected = json!({ "event": "client-hi", "channel": "private-x", "data": { "n": "é😀" } });
    assert_eq!(of_bob.next(), expected);
    ada.say(&json!({ "event": "pusher:ping", "data": {} }));
    of_ada.event("pusher:pong");
}

fn presence_channels_work_over_polls(stage: &Stage) {
    let app = stage.app(&[]);
    let (ada, bob) = (PusherJs::new(stage, &app), PusherJs::new(stage, &app));
    let mut ids = Vec::new();
    for client in [&ada, &bob] {
        assert_eq!(client.poll(), "o\n");
        ids.push(socket_id(&client.poll_events()[0]));
    }
    ada.subscribe(&ids[0], "presence-x", Some(r#"{"user_id":"ada","user_info":{"n":"Ada"}}"#));
    assert!(ada.poll_events()[0]["data"].as_str().unwrap().contains(r#""count":1"#));
    bob.subscribe(&ids[1], "presence-x", Some(r#"{"user_id":"bob"}"#));
    let joined = bob.poll_events()[0]["data"].as_str().unwrap().to_owned();
    assert!(joined.contains(r#""count":2"#) && joined.contains(r#"{"n":"Ada"}"#), "{joined}");
    let added = &ada.poll_events()[0];
    assert_eq!(added["event"], "pusher_internal:member_added");
}

fn server_events_spare_their_sender(stage: &Stage) {
    let app = stage.app(&[]);
    let (ada, bob) = (PusherJs::new(stage, &app), PusherJs::new(stage, &app));
    let (mut of_ada, ada_id) = ada.open();
    ada.subscribe(&ada_id, "news", None);
    of_ada.event("pusher_internal:subscription_succeeded");
    let mut of_bob = bob.subscribed(&["news"]);
    let body = json!({ "name": "one", "channels": ["news"], "data": "x", "socket_id": ada_id });
    assert_eq!(SignedRequest::post(&app, "events", &body).send(&stage.platform).status, 200);
    stage.publish(&app, "news", "two", "x");
    of_ada.event("two");
    of_bob.event("one");
    of_bob.event("two");
}

/// Item 132.
fn reports_of_clients_are_answered(stage: &Stage) {
    let script = finish(stage.get("/timeline/v2/jsonp/17?session=x"));
    assert_eq!(script, "Pusher.ScriptReceivers[17](null, {});");
    assert_eq!(finish(stage.get("/timeline/v2/xhr/2?session=x")), "{}");
}

/// Asks again until it holds.
pub(crate) fn eventually(mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < deadline, "it never held");
        std::thread::sleep(Duration::from_millis(50));
    }
}
