//! Items 89 to 93: pusher-js's paths, and the SockJS services beside them.

use serde_json::json;

use crate::{
    exchange::{Answer, Ask},
    pusher_js::{PusherJs, QUERY, events},
    session::{Session, after_prelude, finish, new_name},
    stage::Stage,
    tests,
};

tests![
    a_server_needs_no_three_digits,
    a_stream_that_was_left_goes_on_in_the_next,
    a_stream_takes_more_than_300_kib,
    a_sign_of_life_is_answered,
    preflight_requests_for_json_are_granted,
    sockjs_services_take_the_app_from_the_path,
    sockjs_services_take_the_app_from_the_first_message,
    sockjs_over_a_get_reaches_the_app_too,
];

/// Item 89.
fn a_server_needs_no_three_digits(stage: &Stage) {
    let app = stage.app(&[]);
    for server in ["0", "7", "42", "999"] {
        let url = format!("/pusher/app/{}/{server}/{}/xhr_streaming?{QUERY}", app.key, new_name());
        let mut answer = stage.send(&Ask::post(&url, "").with("Content-Type: application/json"));
        assert_eq!(after_prelude(&mut answer), "o\n");
        let welcome = &events(answer.chunk().unwrap().trim_end())[0];
        assert_eq!(welcome["event"], "pusher:connection_established");
    }
}

/// Item 90; `handover` looks at every moment.
fn a_stream_that_was_left_goes_on_in_the_next(stage: &Stage) {
    let app = stage.app(&[]);
    let client = PusherJs::new(stage, &app);
    let mut stream = client.subscribed(&["news"]);
    for round in 0..5 {
        drop(stream);
        stage.publish(&app, "news", &format!("between {round}"), "x");
        stream = client.stream();
        stage.publish(&app, "news", &format!("after {round}"), "x");
        for name in [format!("between {round}"), format!("after {round}")] {
            let mut line = stream.next();
            // What was read just before may be told again: its arrival was not certain.
            while line["event"] != name.as_str() {
                assert_eq!(line["event"], format!("after {}", round - 1), "{line}");
                line = stream.next();
            }
        }
    }
}

/// Item 91.
fn a_stream_takes_more_than_300_kib(stage: &Stage) {
    let app = stage.app(&[]);
    let client = PusherJs::new(stage, &app);
    let mut stream = client.subscribed(&["news"]);
    let data = "x".repeat(9_000);
    for index in 0..40 {
        if stream.units > 256 * 1024 {
            // Nothing more comes here before the client leaves; and nothing ends it.
            client.say(&json!({ "event": "pusher:ping", "data": {} }));
            stream = client.stream();
            stream.event("pusher:pong");
        }
        stage.publish(&app, "news", &index.to_string(), &data);
        stream.event(&index.to_string());
    }
}

/// Item 92.
fn a_sign_of_life_is_answered(stage: &Stage) {
    let client = PusherJs::new(stage, &stage.app(&[]));
    let (mut stream, _) = client.open();
    assert_eq!(client.post("[]").status, 204);
    assert_eq!(stream.line(), "h");
    // The client answers every heartbeat; there must be an end to it.
    client.post("[]");
    client.say(&json!({ "event": "pusher:ping", "data": {} }));
    assert!(stream.line().contains("pusher:pong"));
}

fn granted(answer: &Answer) {
    assert!([200, 204].contains(&answer.status), "{}", answer.head);
    let origin = answer.header("access-control-allow-origin").unwrap();
    assert!(["*", "https://www.example.com"].contains(&origin), "{origin}");
    assert!(answer.header("access-control-allow-methods").unwrap().contains("POST"));
    let headers = answer.header("access-control-allow-headers").unwrap();
    assert!(headers.eq_ignore_ascii_case("content-type"), "{headers}");
}

/// Item 93.
fn preflight_requests_for_json_are_granted(stage: &Stage) {
    let client = PusherJs::new(stage, &stage.app(&[]));
    for path in ["xhr", "xhr_streaming", "xhr_send"] {
        let ask = Ask::options(&format!("{}?{QUERY}", client.url(path)))
            .with("Origin: https://www.example.com")
            .with("Access-Control-Request-Method: POST")
            .with("Access-Control-Request-Headers: content-type");
        granted(&stage.send(&ask));
    }
}

/// Opens a connection and sees an event of its app.
fn connects_and_receives(session: &Session<'_>, app: &campanile_tests::App) {
    assert_eq!(events(session.poll().trim_end())[0]["event"], "pusher:connection_established");
    session.send(&[r#"{"event":"pusher:subscribe","data":{"channel":"news"}}"#]);
    let joined = events(session.poll().trim_end());
    assert_eq!(joined[0]["event"], "pusher_internal:subscription_succeeded");
    session.stage.publish(app, "news", "posted", "x");
    assert_eq!(events(session.poll().trim_end())[0]["event"], "posted");
}

fn sockjs_services_take_the_app_from_the_path(stage: &Stage) {
    let app = stage.app(&[]);
    let session = Session::new(stage, &format!("/sockjs/app/{}", app.key));
    assert_eq!(session.poll(), "o\n");
    connects_and_receives(&session, &app);
}

/// Pusher reference, section 8.3.
fn sockjs_services_take_the_app_from_the_first_message(stage: &Stage) {
    let app = stage.app(&[]);
    for service in ["/pusher", "/sockjs"] {
        let session = Session::new(stage, service);
        assert_eq!(session.poll(), "o\n");
        session.send(&[&json!({ "path": format!("/app/{}?{QUERY}", app.key) }).to_string()]);
        connects_and_receives(&session, &app);
        for wrong in ["x", "{}", r#"{"path":"/app/unknown?protocol=7"}"#, r#"{"path":"/other"}"#] {
            let session = Session::new(stage, service);
            assert_eq!(session.poll(), "o\n");
            session.send(&[wrong]);
            let told = session.poll();
            assert!(told.contains("pusher:error") && told.contains("4001"), "{wrong}: {told}");
            assert!(session.poll().starts_with("c[4001,"), "{wrong}");
        }
    }
}

fn sockjs_over_a_get_reaches_the_app_too(stage: &Stage) {
    let app = stage.app(&[]);
    for (transport, chunks) in [("eventsource", 1), ("htmlfile?c=x", 1), ("jsonp?c=x", 0)] {
        let session = Session::new(stage, &format!("/sockjs/app/{}", app.key));
        let mut answer = session.get(transport);
        for _ in 0..chunks {
            answer.chunk().unwrap();
        }
        if chunks == 0 {
            assert_eq!(answer.text(), "/**/x(\"o\");\r\n");
            let told = finish(session.get(transport));
            assert!(told.contains("connection_established"), "{told}");
            continue;
        }
        assert!(answer.chunk().unwrap().contains('o'));
        let told = answer.chunk().unwrap();
        assert!(told.contains("connection_established"), "{told}");
    }
}
