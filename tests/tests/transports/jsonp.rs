//! Items 55 to 61: JSONP.

use crate::{
    exchange::Ask,
    expect::{JAVASCRIPT, PLAIN, expect, expect_not_cached},
    session::{Session, finish},
    stage::Stage,
    tests,
};

tests![
    an_answer_is_a_call_after_an_empty_comment,
    a_form_is_answered_with_ok,
    a_form_is_decoded_and_plain_text_is_not,
    what_cannot_be_read_is_refused_and_changes_nothing,
    an_empty_list_in_a_form_says_nothing,
    every_poll_after_the_end_tells_it,
    browsers_shall_not_guess_what_it_is,
];

fn open(stage: &Stage) -> Session<'_> {
    let session = Session::of_echo(stage);
    assert_eq!(finish(session.get("jsonp?c=cb")), "/**/cb(\"o\");\r\n");
    session
}

fn form(session: &Session<'_>, body: &str) -> crate::exchange::Answer {
    let ask = Ask::post(&session.url("jsonp_send"), body);
    session.stage.send(&ask.with("Content-Type: application/x-www-form-urlencoded"))
}

/// Item 55.
fn an_answer_is_a_call_after_an_empty_comment(stage: &Stage) {
    let session = Session::of_echo(stage);
    let mut answer = session.get("jsonp?c=%63b");
    expect(&answer, JAVASCRIPT);
    expect_not_cached(&answer);
    assert_eq!(answer.text(), "/**/cb(\"o\");\r\n");
    session.send(&["x"]);
    assert_eq!(finish(session.get("jsonp?c=%63allback")), "/**/callback(\"a[\\\"x\\\"]\");\r\n");
}

/// Item 56.
fn a_form_is_answered_with_ok(stage: &Stage) {
    let session = open(stage);
    let mut answer = form(&session, "d=%5B%22x%22%5D");
    expect(&answer, PLAIN);
    expect_not_cached(&answer);
    assert_eq!(answer.header("content-length"), Some("2"));
    assert_eq!(answer.text(), "ok");
    let numbered = Ask::post(&session.url("jsonp_send?i=1"), "d=%5B%22y%22%5D");
    assert_eq!(stage.send(&numbered.with("Content-Type: application/x-www-form-urlencoded")).status, 200);
    assert_eq!(finish(session.get("jsonp?c=x")), "/**/x(\"a[\\\"x\\\",\\\"y\\\"]\");\r\n");
    assert_eq!(form(&Session::of_echo(stage), "d=%5B%22x%22%5D").status, 404);
}

/// Item 57.
fn a_form_is_decoded_and_plain_text_is_not(stage: &Stage) {
    let session = open(stage);
    assert_eq!(form(&session, "d=%5B%22%61bc+d%2Be%22%5D").status, 200);
    let plain = Ask::post(&session.url("jsonp_send"), "[\"%61bc+d\"]");
    assert_eq!(stage.send(&plain.clone().with("Content-Type: text/plain")).status, 200);
    assert_eq!(stage.send(&plain).status, 200);
    let expected = "/**/x(\"a[\\\"abc d+e\\\",\\\"%61bc+d\\\",\\\"%61bc+d\\\"]\");\r\n";
    assert_eq!(finish(session.get("jsonp?c=x")), expected);
}

/// Item 58.
fn what_cannot_be_read_is_refused_and_changes_nothing(stage: &Stage) {
    let session = open(stage);
    for (body, text) in [
        ("", "Payload expected."),
        ("d=", "Payload expected."),
        ("p=p", "Payload expected."),
        ("d=%7B%7D", "Payload expected."),
        ("d=%5B%22x", "Broken JSON encoding."),
        ("d=x", "Broken JSON encoding."),
    ] {
        let mut answer = form(&session, body);
        assert_eq!(answer.status, 500, "{body}");
        assert!(answer.text().contains(text), "{body}");
    }
    assert_eq!(session.post("jsonp_send", "").status, 500);
    assert_eq!(form(&session, "d=%5B%22a%22%5D").status, 200);
    assert_eq!(finish(session.get("jsonp?c=x")), "/**/x(\"a[\\\"a\\\"]\");\r\n");
}

/// Item 59.
fn an_empty_list_in_a_form_says_nothing(stage: &Stage) {
    let session = open(stage);
    let mut answer = form(&session, "d=%5B%5D");
    assert_eq!((answer.status, answer.text().as_str()), (200, "ok"));
    assert_eq!(form(&session, "d=%5B%22x%22%5D").status, 200);
    assert_eq!(finish(session.get("jsonp?c=x")), "/**/x(\"a[\\\"x\\\"]\");\r\n");
}

/// Item 60.
fn every_poll_after_the_end_tells_it(stage: &Stage) {
    let session = Session::new(stage, "/close");
    assert_eq!(finish(session.get("jsonp?c=x")), "/**/x(\"o\");\r\n");
    for _ in 0..2 {
        assert_eq!(finish(session.get("jsonp?c=x")), "/**/x(\"c[3000,\\\"Go away!\\\"]\");\r\n");
    }
}

/// Item 61: on the other transports too.
fn browsers_shall_not_guess_what_it_is(stage: &Stage) {
    for path in ["jsonp?c=x", "htmlfile?c=x", "eventsource"] {
        let answer = Session::of_echo(stage).get(path);
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
    }
    for path in ["xhr", "xhr_streaming"] {
        let answer = Session::of_echo(stage).post(path, "");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
    }
}
