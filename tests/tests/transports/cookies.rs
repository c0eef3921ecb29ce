//! Items 62 to 64: the cookie that some balancers stick by.

use crate::{
    exchange::{Answer, Ask},
    session::Session,
    stage::Stage,
    tests,
};

tests![
    every_answer_of_a_session_sets_the_cookie,
    a_cookie_that_was_sent_comes_back,
    what_belongs_to_no_session_sets_none,
    a_cookie_that_could_smuggle_something_is_replaced,
];

/// The requests of a session that is open.
fn answers(session: &Session<'_>, header: Option<&str>) -> Vec<Answer> {
    let url = |path| session.url(path);
    [
        Ask::post(&url("xhr"), ""),
        Ask::post(&url("xhr_send"), "[\"a\"]"),
        Ask::post(&url("jsonp_send"), "[\"a\"]"),
        Ask::options(&url("xhr")),
        Ask::options(&url("xhr_send")),
        Ask::options(&url("xhr_streaming")),
        Ask::get(&url("jsonp?c=x")),
        Ask::post(&url("xhr_streaming"), ""),
        Ask::get(&url("eventsource")),
        Ask::get(&url("htmlfile?c=x")),
    ]
    .into_iter()
    .map(|ask| session.stage.send(&header.iter().fold(ask, |ask, header| ask.with(header))))
    .collect()
}

fn told(stage: &Stage, header: Option<&str>, expected: &str) {
    for answer in answers(&Session::new(stage, "/cookie_needed_echo"), header) {
        let cookie = answer.header("set-cookie").map(str::to_lowercase);
        let expected = format!("JSESSIONID={expected}; path=/").to_lowercase();
        assert_eq!(cookie, Some(expected), "{}", answer.head);
    }
}

/// Item 62.
fn every_answer_of_a_session_sets_the_cookie(stage: &Stage) {
    told(stage, None, "dummy");
    for answer in answers(&Session::of_echo(stage), Some("Cookie: JSESSIONID=abcdef")) {
        assert_eq!(answer.header("set-cookie"), None, "{}", answer.head);
    }
}

/// Item 63.
fn a_cookie_that_was_sent_comes_back(stage: &Stage) {
    told(stage, Some("Cookie: JSESSIONID=abcdef"), "abcdef");
    told(stage, Some("Cookie: other=1; JSESSIONID=node1.xyz!42"), "node1.xyz!42");
}

/// Item 64.
fn what_belongs_to_no_session_sets_none(stage: &Stage) {
    for path in ["", "/", "/info", "/iframe.html"] {
        let answer = stage.get(&format!("/cookie_needed_echo{path}"));
        assert_eq!((answer.status, answer.header("set-cookie")), (200, None), "{path}");
    }
}

/// Section 13.
fn a_cookie_that_could_smuggle_something_is_replaced(stage: &Stage) {
    for value in ["%0D%0ASet-Cookie:%20a=b", "a%3B%20domain=example.com", "a,b", "\"a\"", "%00", "a%20b", ""]
    {
        let session = Session::new(stage, "/cookie_needed_echo");
        for answer in answers(&session, Some(&format!("Cookie: JSESSIONID={value}"))) {
            let cookie = answer.header("set-cookie").unwrap();
            let told = cookie.strip_prefix("JSESSIONID=").and_then(|rest| rest.strip_suffix("; path=/"));
            let is_harmless = told.is_some_and(|told| {
                told.bytes().all(|byte| byte.is_ascii_graphic() && !b"\",;\\".contains(&byte))
            });
            assert!(is_harmless, "{value}: {cookie}");
        }
    }
}
