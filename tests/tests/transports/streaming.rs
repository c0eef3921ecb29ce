//! Items 40 to 54: answers that go on.

use crate::{
    exchange::{Answer, Body},
    expect::{HTML, JAVASCRIPT, ORIGIN, expect, expect_cors, expect_granted, expect_not_cached},
    session::{Session, after_prelude, messages},
    stage::Stage,
    tests,
};

tests![
    a_stream_is_a_script_that_every_page_may_read,
    every_frame_of_a_stream_is_a_chunk_of_its_own,
    a_preflight_request_for_a_stream_is_granted,
    a_stream_ends_in_order_when_it_is_full,
    the_next_stream_goes_on_without_loss,
    an_event_source_begins_with_a_line_end,
    an_event_source_tells_control_characters_as_escapes,
    an_event_source_ends_when_it_is_full,
    percent_signs_survive_an_event_source,
    an_html_file_begins_with_a_page,
    an_html_file_calls_a_function_for_each_frame,
    an_html_file_ends_when_it_is_full,
    whoever_needs_a_callback_must_name_one,
    a_callback_is_a_name,
    an_empty_or_overlong_callback_is_refused,
];

/// Messages that go in one answer: 31 × (128 + 6) + 2 is the first over the limit of 4096 bytes.
const MESSAGES: usize = 31;

/// As many messages as fill an answer.
fn fill(session: &Session<'_>, stream: &mut Answer) {
    let text = "x".repeat(128);
    for _ in 0..MESSAGES {
        session.send(&[&text]);
        assert_eq!(stream.chunk().unwrap(), messages(&[&text]));
    }
}

/// Item 40.
fn a_stream_is_a_script_that_every_page_may_read(stage: &Stage) {
    let answer = Session::of_echo(stage).stream();
    expect(&answer, JAVASCRIPT);
    expect_cors(&answer, None);
    expect_not_cached(&answer);
}

/// Item 41.
fn every_frame_of_a_stream_is_a_chunk_of_its_own(stage: &Stage) {
    let session = Session::of_echo(stage);
    let mut stream = session.stream();
    assert_eq!(stream.chunk().unwrap(), format!("{}\n", "h".repeat(2048)));
    assert_eq!(stream.chunk().unwrap(), "o\n");
    for text in ["a", "b"] {
        session.send(&[text]);
        assert_eq!(stream.chunk().unwrap(), messages(&[text]));
    }
    session.send(&["c", "d"]);
    let mut both = stream.chunk().unwrap();
    if both == messages(&["c"]) {
        both += &stream.chunk().unwrap();
    }
    assert!([messages(&["c", "d"]), messages(&["c"]) + &messages(&["d"])].contains(&both), "{both}");
}

/// Item 42.
fn a_preflight_request_for_a_stream_is_granted(stage: &Stage) {
    let url = Session::of_echo(stage).url("xhr_streaming");
    for origin in [None, Some(ORIGIN)] {
        expect_granted(|ask| stage.send(ask), &url, "OPTIONS, POST", origin);
    }
}

/// Item 43.
fn a_stream_ends_in_order_when_it_is_full(stage: &Stage) {
    let session = Session::of_echo(stage);
    let mut stream = session.stream();
    assert_eq!(after_prelude(&mut stream), "o\n");
    fill(&session, &mut stream);
    assert_eq!(stream.chunk(), None);
}

/// Item 44.
fn the_next_stream_goes_on_without_loss(stage: &Stage) {
    let session = Session::of_echo(stage);
    let mut stream = session.stream();
    assert_eq!(after_prelude(&mut stream), "o\n");
    fill(&session, &mut stream);
    assert_eq!(stream.chunk(), None);
    session.send(&["between"]);
    let mut next = session.stream();
    assert_eq!(after_prelude(&mut next), messages(&["between"]));
    session.send(&["after"]);
    assert_eq!(next.chunk().unwrap(), messages(&["after"]));
}

/// Item 45.
fn an_event_source_begins_with_a_line_end(stage: &Stage) {
    let session = Session::of_echo(stage);
    let mut source = session.get("eventsource");
    expect(&source, "text/event-stream");
    expect_not_cached(&source);
    assert_eq!(source.chunk().unwrap(), "\r\n");
    assert_eq!(source.chunk().unwrap(), "data: o\r\n\r\n");
    session.send(&["x"]);
    assert_eq!(source.chunk().unwrap(), "data: a[\"x\"]\r\n\r\n");
}

fn event_source(session: &Session<'_>) -> Answer {
    let mut source = session.get("eventsource");
    assert_eq!(source.chunk().unwrap(), "\r\n");
    assert_eq!(source.chunk().unwrap(), "data: o\r\n\r\n");
    source
}

/// Item 46.
fn an_event_source_tells_control_characters_as_escapes(stage: &Stage) {
    let session = Session::of_echo(stage);
    let mut source = event_source(&session);
    session.send(&["  \u{0}\n\r "]);
    assert_eq!(source.chunk().unwrap(), "data: a[\"  \\u0000\\n\\r \"]\r\n\r\n");
}

/// Item 47.
fn an_event_source_ends_when_it_is_full(stage: &Stage) {
    let session = Session::of_echo(stage);
    let mut source = event_source(&session);
    let text = "x".repeat(4096);
    session.send(&[&text]);
    assert_eq!(source.chunk().unwrap(), format!("data: a[\"{text}\"]\r\n\r\n"));
    assert_eq!(source.chunk(), None);
}

/// Item 48: clients unescape, so that only `%25` comes out as a percent sign.
fn percent_signs_survive_an_event_source(stage: &Stage) {
    let session = Session::of_echo(stage);
    let mut source = event_source(&session);
    session.send(&["100 %41%"]);
    assert_eq!(source.chunk().unwrap(), "data: a[\"100 %2541%25\"]\r\n\r\n");
}

/// Item 49.
fn an_html_file_begins_with_a_page(stage: &Stage) {
    let mut file = Session::of_echo(stage).get("htmlfile?c=%63allback");
    expect(&file, HTML);
    expect_not_cached(&file);
    let page = file.chunk().unwrap();
    assert_eq!(
        page.trim_end(),
        "<!doctype html>\n<html><head>\n\
         \x20 <meta http-equiv=\"X-UA-Compatible\" content=\"IE=edge\" />\n\
         \x20 <meta http-equiv=\"Content-Type\" content=\"text/html; charset=UTF-8\" />\n\
         </head><body><h2>Don't panic!</h2>\n\
         \x20 <script>\n\
         \x20   document.domain = document.domain;\n\
         \x20   var c = parent.callback;\n\
         \x20   c.start();\n\
         \x20   function p(d) {c.message(d);};\n\
         \x20   window.onload = function() {c.stop();};\n\
         \x20 </script>"
    );
    assert!(page.len() > 1024 && page.ends_with(" \r\n\r\n"), "{} bytes", page.len());
    assert_eq!(file.chunk().unwrap(), "<script>\np(\"o\");\n</script>\r\n");
}

fn html_file(session: &Session<'_>) -> Answer {
    let mut file = session.get("htmlfile?c=x");
    assert!(file.chunk().unwrap().starts_with("<!doctype html>"));
    assert_eq!(file.chunk().unwrap(), "<script>\np(\"o\");\n</script>\r\n");
    file
}

/// Item 50.
fn an_html_file_calls_a_function_for_each_frame(stage: &Stage) {
    let session = Session::of_echo(stage);
    let mut file = html_file(&session);
    session.send(&["x\"\u{0}"]);
    let expected = "<script>\np(\"a[\\\"x\\\\\\\"\\\\u0000\\\"]\");\n</script>\r\n";
    assert_eq!(file.chunk().unwrap(), expected);
}

/// Item 51.
fn an_html_file_ends_when_it_is_full(stage: &Stage) {
    let session = Session::of_echo(stage);
    let mut file = html_file(&session);
    let text = "x".repeat(4096);
    session.send(&[&text]);
    assert_eq!(file.chunk().unwrap(), format!("<script>\np(\"a[\\\"{text}\\\"]\");\n</script>\r\n"));
    assert_eq!(file.chunk(), None);
}

fn refused(stage: &Stage, query: &str, text: &str) {
    for transport in ["htmlfile", "jsonp"] {
        let mut answer = Session::of_echo(stage).get(&format!("{transport}{query}"));
        assert_eq!(answer.status, 500, "{query}");
        assert_ne!(answer.framing(), Body::Ended);
        assert!(answer.text().contains(text), "{transport}{query}");
    }
}

/// Item 52.
fn whoever_needs_a_callback_must_name_one(stage: &Stage) {
    for query in ["", "?", "?x=c", "?a"] {
        refused(stage, query, "\"callback\" parameter required");
    }
}

/// Item 53.
fn a_callback_is_a_name(stage: &Stage) {
    for callback in ["%20", "*", "abc(", "abc%28", "%3C%2Fscript%3E", "a%22b", "%0A", "%C3%A9"] {
        refused(stage, &format!("?c={callback}"), "invalid \"callback\" parameter");
    }
    let mut answer = Session::of_echo(stage).get("jsonp?callback=A-z_0.9");
    assert_eq!(answer.text(), "/**/A-z_0.9(\"o\");\r\n");
}

/// Item 54.
fn an_empty_or_overlong_callback_is_refused(stage: &Stage) {
    refused(stage, "?c=", "callback");
    refused(stage, &format!("?c={}", "c".repeat(33)), "invalid \"callback\" parameter");
    let longest = "c".repeat(32);
    assert_eq!(Session::of_echo(stage).get(&format!("jsonp?c={longest}")).status, 200);
}
