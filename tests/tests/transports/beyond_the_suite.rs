//! What the checklist does not ask for (SockJS reference, section 13).

use campanile_tests::{Options, Platform};
use serde_json::json;

use crate::{
    exchange::{Ask, Connection},
    expect::ORIGIN,
    plain::Sse,
    pusher_js::PusherJs,
    session::{GO_AWAY, Session, after_prelude, finish, messages},
    stage::Stage,
    tests,
};

tests![
    messages_between_polls_keep_their_order,
    what_was_under_way_to_a_client_that_left_is_gone,
    a_closing_session_takes_messages_and_drops_them,
    a_body_that_is_too_big_is_refused,
    every_answer_varies_by_origin,
    a_message_cannot_end_the_script_of_an_html_file,
    a_lone_surrogate_is_broken_json,
    an_orderly_end_tells_clients_to_reconnect,
];

fn messages_between_polls_keep_their_order(stage: &Stage) {
    let session = Session::polling(stage);
    let texts: Vec<_> = (0..50).map(|index| index.to_string()).collect();
    for text in &texts {
        session.send(&[text]);
    }
    let texts: Vec<_> = texts.iter().map(String::as_str).collect();
    assert_eq!(session.poll(), messages(&texts));
}

/// An abort ends the session: the next one knows nothing of what the former was due.
fn what_was_under_way_to_a_client_that_left_is_gone(stage: &Stage) {
    let session = Session::polling(stage);
    drop(session.certain_poll());
    crate::fallback::eventually(|| session.post("xhr_send", "[\"lost\"]").status == 404);
    assert_eq!(session.poll(), "o\n");
    session.send(&["found"]);
    assert_eq!(session.poll(), messages(&["found"]));
}

fn a_closing_session_takes_messages_and_drops_them(stage: &Stage) {
    let session = Session::new(stage, "/close");
    assert_eq!(session.poll(), "o\n");
    assert_eq!(session.poll(), GO_AWAY);
    session.send(&["into the void"]);
    assert_eq!(session.post("jsonp_send", "[\"x\"]").status, 200);
    assert_eq!(session.poll(), GO_AWAY);
}

fn a_body_that_is_too_big_is_refused(stage: &Stage) {
    let session = Session::polling(stage);
    let message = |bytes: usize| json!(["x".repeat(bytes)]).to_string();
    for bytes in [101 * 1024, (1 << 20) + 1, 4 << 20] {
        for path in ["xhr_send", "jsonp_send"] {
            assert_eq!(session.post(path, &message(bytes)).status, 413, "{bytes} bytes to {path}");
        }
    }
    session.send(&["x"]);
    assert_eq!(session.poll(), messages(&["x"]));
}

fn every_answer_varies_by_origin(stage: &Stage) {
    let session = Session::of_echo(stage);
    for origin in [None, Some(ORIGIN)] {
        for ask in [
            Ask::get("/echo/info"),
            Ask::options("/echo/info"),
            Ask::post(&session.url("xhr"), "[]"),
            Ask::post(&session.url("xhr_send"), "[\"x\"]"),
            Ask::post(&session.url("xhr_streaming"), ""),
            Ask::get(&session.url("eventsource")),
            Ask::options(&session.url("xhr")),
        ] {
            let ask = origin.iter().fold(ask, |ask, origin| ask.with(&format!("Origin: {origin}")));
            let answer = stage.send(&ask);
            assert_eq!(answer.header("vary"), Some("Origin"), "{}", answer.head);
        }
    }
}

fn a_message_cannot_end_the_script_of_an_html_file(stage: &Stage) {
    let session = Session::of_echo(stage);
    let mut file = session.get("htmlfile?c=x");
    file.chunk().unwrap();
    file.chunk().unwrap();
    session.send(&["</script><script>alert(1)</script><!--"]);
    let told = file.chunk().unwrap();
    // Only the element itself.
    assert_eq!(told.matches('<').count(), 2, "{told}");
    assert!(told.contains(r"\u003c/script>\u003cscript>alert(1)\u003c/script>\u003c!--"), "{told}");
}

fn a_lone_surrogate_is_broken_json(stage: &Stage) {
    let session = Session::polling(stage);
    for body in [r#"["\ud800"]"#, r#"["\udc00x"]"#, r#"["\ud800\ud800"]"#] {
        let mut answer = session.post("xhr_send", body);
        assert_eq!(answer.status, 500, "{body}");
        assert!(answer.text().contains("Broken JSON encoding."), "{body}");
    }
    assert_eq!(session.post("xhr_send", r#"["\ud83d\ude00"]"#).status, 204);
    assert_eq!(session.poll(), messages(&["😀"]));
}

/// Everyone is told on the way they understand, and every answer ends in order.
fn an_orderly_end_tells_clients_to_reconnect(_: &Stage) {
    let environment = vec![("CAMPANILE_WORKERS", "2".to_owned())];
    let platform = Platform::spawn_with(Options { environment, ..Options::default() }).unwrap();
    let mut stage = Stage::with(platform);
    let app = stage.app(&[]);
    let (mut stream, mut sse, poll) = {
        let stage = &stage;
        let stream = PusherJs::new(stage, &app).subscribed(&["news"]);
        let sse = Sse::subscribed(stage, &app, &crate::plain::public(&app, "news"));
        let polling = PusherJs::new(stage, &app);
        assert_eq!(polling.poll(), "o\n");
        polling.poll_events();
        (stream, sse, stage.say(&polling.receive("xhr")))
    };
    let mut source = Session::new(&stage, &format!("/sockjs/app/{}", app.key)).stream();
    assert_eq!(after_prelude(&mut source), "o\n");
    assert!(source.chunk().unwrap().contains("connection_established"));
    let keep_alive = Connection::open(&stage.platform.authority);

    let status = stage.platform.stop().unwrap();

    assert!(status.success(), "{status}");
    assert_eq!(stream.closed().0, 4200);
    assert!(source.chunk().unwrap().starts_with("c[4200,"));
    assert_eq!(source.chunk(), None);
    let error = sse.event("pusher:error");
    assert_eq!(error["data"]["code"], 4200);
    assert!(sse.try_next().is_none());
    let told = finish(poll.answer());
    assert!(told.starts_with("c[4200,"), "{told}");
    drop(keep_alive);
}
