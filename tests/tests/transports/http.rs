//! Items 84 to 88: versions of HTTP.

use crate::{
    exchange::{Ask, Body, Connection},
    session::{Session, after_prelude},
    stage::Stage,
    tests,
};

tests![
    http_1_0_gets_a_length_or_the_end,
    a_stream_in_http_1_0_is_bare_and_ends_with_the_connection,
    http_1_1_keeps_connections,
    a_stream_in_http_1_1_is_chunked_to_its_last_chunk,
    a_post_without_length_is_empty,
];

/// Item 84.
fn http_1_0_gets_a_length_or_the_end(stage: &Stage) {
    for header in ["Connection: close", "Connection: Keep-Alive", "X-Nothing: x"] {
        let ask = Ask::get("/echo").with(header).in_http_1_0();
        let mut answer = stage.send(&ask);
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("transfer-encoding"), None);
        assert_eq!(answer.text(), "Welcome to SockJS!\n");
        let is_kept = answer.header("connection").is_some_and(|it| it.eq_ignore_ascii_case("keep-alive"));
        if is_kept {
            assert_eq!(answer.connection.ask(&ask).text(), "Welcome to SockJS!\n");
        } else {
            assert!(answer.connection.ends(), "{header}");
        }
    }
}

/// Item 85.
fn a_stream_in_http_1_0_is_bare_and_ends_with_the_connection(stage: &Stage) {
    for header in ["Connection: close", "Connection: Keep-Alive"] {
        let session = Session::new(stage, "/close");
        let ask = Ask::post(&session.url("xhr_streaming"), "").with(header).in_http_1_0();
        let mut answer = stage.send(&ask);
        assert_eq!((answer.status, answer.framing()), (200, Body::Open), "{}", answer.head);
        assert_eq!(answer.header("content-length"), None);
        assert_eq!(answer.bytes(2049), format!("{}\n", "h".repeat(2048)));
        assert_eq!(answer.text(), "o\nc[3000,\"Go away!\"]\n");
    }
}

/// Item 86.
fn http_1_1_keeps_connections(stage: &Stage) {
    let mut answer = stage.get("/echo");
    assert_eq!(answer.text(), "Welcome to SockJS!\n");
    assert_ne!(answer.header("connection"), Some("close"));
    let mut second = answer.connection.ask(&Ask::get("/echo"));
    assert_eq!(second.text(), "Welcome to SockJS!\n");
    // Also after polls.
    let session = Session::of_echo(stage);
    let poll = Ask::post(&session.url("xhr"), "");
    let mut opened = second.connection.ask(&poll);
    assert_eq!(opened.text(), "o\n");
    session.send(&["x"]);
    let mut told = opened.connection.ask(&poll);
    assert_eq!(told.text(), "a[\"x\"]\n");
    // And with a stream as the last of several.
    let mut stream = told.connection.ask(&Ask::post(&session.url("xhr_streaming"), ""));
    assert_eq!(stream.chunk().unwrap().len(), 2049);
    session.send(&["y"]);
    assert_eq!(stream.chunk().unwrap(), "a[\"y\"]\n");
}

/// Item 87.
fn a_stream_in_http_1_1_is_chunked_to_its_last_chunk(stage: &Stage) {
    let mut stream = Session::new(stage, "/close").stream();
    assert_eq!(stream.header("transfer-encoding"), Some("chunked"));
    assert_eq!(stream.header("content-length"), None);
    assert_eq!(after_prelude(&mut stream), "o\n");
    assert_eq!(stream.chunk().unwrap(), "c[3000,\"Go away!\"]\n");
    assert_eq!(stream.chunk(), None);
}

/// Item 88.
fn a_post_without_length_is_empty(stage: &Stage) {
    let session = Session::of_echo(stage);
    let connection = Connection::open(&stage.platform.authority);
    let mut answer = connection.ask(&Ask::post_nothing(&session.url("xhr")));
    assert_eq!((answer.status, answer.text().as_str()), (200, "o\n"));
    let mut answer = stage.send(&Ask::post_nothing(&session.url("xhr_send")));
    assert!(answer.text().contains("Payload expected."), "{}", answer.head);
}
