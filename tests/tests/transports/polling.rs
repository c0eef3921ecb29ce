//! Items 24 to 39: XHR polling and its sender.

use std::time::{Duration, Instant};

use crate::{
    exchange::{Ask, Body},
    expect::{
        JAVASCRIPT, ORIGIN, PLAIN, expect, expect_cors, expect_granted, expect_method_not_allowed,
        expect_not_cached,
    },
    session::{STILL_OPEN, Session, after_prelude, finish, messages, new_name},
    stage::Stage,
    tests,
};

tests![
    the_first_poll_opens,
    a_message_is_taken_without_a_word,
    the_next_poll_brings_the_echo,
    nobody_says_anything_to_an_unknown_session,
    broken_json_is_refused_and_changes_nothing,
    an_empty_body_is_refused_and_changes_nothing,
    json_that_is_no_list_is_refused,
    whatever_type_a_body_has_its_messages_arrive_in_order,
    an_empty_list_says_nothing,
    preflight_requests_are_granted,
    headers_are_granted_if_any_are_asked_for,
    a_second_poll_is_told_that_it_is_not_alone,
    the_first_poll_lives_on_and_gets_the_message,
    a_poll_with_nothing_to_tell_ends_with_a_heartbeat,
    a_session_that_nobody_polls_for_five_seconds_is_over,
    get_is_no_method_for_it,
];

fn with_origin(ask: Ask) -> Ask {
    ask.with(&format!("Origin: {ORIGIN}"))
}

/// Item 24.
fn the_first_poll_opens(stage: &Stage) {
    let session = Session::of_echo(stage);
    let mut answer = session.post("xhr", "");
    expect(&answer, JAVASCRIPT);
    expect_cors(&answer, None);
    expect_not_cached(&answer);
    assert_eq!(answer.text(), "o\n");
    session.send(&["x"]);
    expect_cors(&stage.send(&with_origin(Ask::post(&session.url("xhr"), ""))), Some(ORIGIN));
}

/// Item 25.
fn a_message_is_taken_without_a_word(stage: &Stage) {
    let session = Session::polling(stage);
    for origin in [None, Some(ORIGIN)] {
        let ask = Ask::post(&session.url("xhr_send"), "[\"x\"]");
        let ask = if origin.is_some() { with_origin(ask) } else { ask };
        let answer = stage.send(&ask);
        assert_eq!((answer.status, answer.framing()), (204, Body::Ended));
        assert_eq!(answer.header("content-type").unwrap().to_lowercase(), PLAIN);
        expect_cors(&answer, origin);
        expect_not_cached(&answer);
    }
}

/// Item 26.
fn the_next_poll_brings_the_echo(stage: &Stage) {
    let session = Session::polling(stage);
    session.send(&["x"]);
    assert_eq!(session.poll(), "a[\"x\"]\n");
}

/// Item 27.
fn nobody_says_anything_to_an_unknown_session(stage: &Stage) {
    assert_eq!(Session::of_echo(stage).post("xhr_send", "[\"x\"]").status, 404);
}

fn refused(session: &Session<'_>, body: &str, text: &str) {
    let mut answer = session.post("xhr_send", body);
    assert_eq!(answer.status, 500, "{body}");
    assert!(answer.text().contains(text), "{body}");
}

/// Item 28.
fn broken_json_is_refused_and_changes_nothing(stage: &Stage) {
    let session = Session::polling(stage);
    for body in ["[\"x", "x", "[\"a\",]", "[\"a\"] x", "[\"\u{1}\"]"] {
        refused(&session, body, "Broken JSON encoding.");
    }
    session.send(&["a"]);
    assert_eq!(session.poll(), messages(&["a"]));
}

/// Item 29.
fn an_empty_body_is_refused_and_changes_nothing(stage: &Stage) {
    let session = Session::polling(stage);
    refused(&session, "", "Payload expected.");
    session.send(&["a"]);
    assert_eq!(session.poll(), messages(&["a"]));
}

/// Item 30.
fn json_that_is_no_list_is_refused(stage: &Stage) {
    let session = Session::polling(stage);
    for body in ["{}", "1", "null", "\"a\"", "{\"0\":\"a\"}"] {
        refused(&session, body, "Payload expected.");
    }
}

/// Item 31.
fn whatever_type_a_body_has_its_messages_arrive_in_order(stage: &Stage) {
    let session = Session::polling(stage);
    let types = [
        "text/plain",
        "T",
        "application/json",
        "application/xml",
        "text/xml",
        "",
        "application/json; charset=utf-8",
        "text/xml; charset=utf-8",
        "text/plain; charset=UTF-8",
    ];
    for (index, kind) in types.iter().enumerate() {
        let ask = Ask::post(&session.url("xhr_send"), format!("[\"{index}\"]"));
        assert_eq!(stage.send(&ask.with(&format!("Content-Type: {kind}"))).status, 204, "{kind:?}");
    }
    session.send(&["none", "at all"]);
    let expected = "a[\"0\",\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"none\",\"at all\"]\n";
    assert_eq!(session.poll(), expected);
}

/// Item 32.
fn an_empty_list_says_nothing(stage: &Stage) {
    let session = Session::polling(stage);
    session.send(&[]);
    session.send(&["after"]);
    assert_eq!(session.poll(), messages(&["after"]));
}

/// Item 33.
fn preflight_requests_are_granted(stage: &Stage) {
    let session = Session::of_echo(stage);
    for origin in [None, Some(ORIGIN), Some("null")] {
        for path in ["xhr", "xhr_send"] {
            expect_granted(|ask| stage.send(ask), &session.url(path), "OPTIONS, POST", origin);
        }
    }
    assert_eq!(session.poll(), "o\n", "they open nothing");
}

/// Item 34.
fn headers_are_granted_if_any_are_asked_for(stage: &Stage) {
    let url = Session::of_echo(stage).url("xhr");
    for (asked, granted) in [(Some("X-A, x-b"), Some("X-A, x-b")), (Some(""), None), (None, None)] {
        let ask = Ask::options(&url);
        let ask = asked
            .iter()
            .fold(ask, |ask, asked| ask.with(&format!("Access-Control-Request-Headers: {asked}")));
        assert_eq!(stage.send(&ask).header("access-control-allow-headers"), granted, "{asked:?}");
    }
}

/// Item 35.
fn a_second_poll_is_told_that_it_is_not_alone(stage: &Stage) {
    let session = Session::polling(stage);
    let poll = session.certain_poll();
    session.send(&["x"]);
    assert_eq!(finish(poll.answer()), messages(&["x"]));
}

/// Item 36.
fn the_first_poll_lives_on_and_gets_the_message(stage: &Stage) {
    let session = Session::of_echo(stage);
    let mut first = session.stream();
    assert_eq!(after_prelude(&mut first), "o\n");
    assert_eq!(session.poll(), STILL_OPEN);
    session.send(&["x"]);
    assert_eq!(first.chunk().unwrap(), messages(&["x"]));
}

/// Item 37.
fn a_poll_with_nothing_to_tell_ends_with_a_heartbeat(stage: &Stage) {
    let session = Session::polling(stage);
    let begun = Instant::now();
    assert_eq!(session.poll(), "h\n");
    assert!(begun.elapsed() >= Duration::from_secs(25), "too early: {:?}", begun.elapsed());
}

/// Item 38. What the application sees of it, see `fallback::a_poller_that_stops_leaves_its_channels`.
fn a_session_that_nobody_polls_for_five_seconds_is_over(stage: &Stage) {
    let begun = Instant::now();
    let session = Session::polling(stage);
    while session.post("xhr_send", "[]").status == 204 {
        assert!(begun.elapsed() < Duration::from_secs(20), "it never ends");
        std::thread::sleep(Duration::from_millis(100));
    }
    assert!(begun.elapsed() >= Duration::from_secs(5), "too early: {:?}", begun.elapsed());
    assert_eq!(session.post("xhr_send", "[\"x\"]").status, 404);
    assert_eq!(session.poll(), "o\n");
}

/// Item 39.
fn get_is_no_method_for_it(stage: &Stage) {
    let base = format!("/echo/000/{}", new_name());
    for path in ["xhr", "xhr_streaming", "xhr_send"] {
        expect_method_not_allowed(&stage.get(&format!("{base}/{path}")), "OPTIONS, POST");
    }
    for path in ["eventsource", "htmlfile", "jsonp"] {
        expect_method_not_allowed(&stage.post(&format!("{base}/{path}"), ""), "GET");
        expect_method_not_allowed(&stage.send(&Ask::options(&format!("{base}/{path}"))), "GET");
    }
    expect_method_not_allowed(&stage.get(&format!("{base}/jsonp_send")), "POST");
    expect_method_not_allowed(&stage.post("/echo/info", ""), "OPTIONS, GET");
}
