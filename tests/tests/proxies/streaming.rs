use std::time::Instant;

use crate::{
    answer::header,
    behind::Behind,
    exchange::Ask,
    session::Session,
    stream::{Stream, Style},
};

pub(crate) fn a_stream_is_live(behind: &Behind) {
    let head = live(behind, "stream", |ask| ask);
    assert!(header(&head, "Content-Length").is_none(), "{head}");
}

/// Some proxies compress, whatever the platform says; then they must flush each event.
pub(crate) fn a_stream_is_live_where_gzip_is_accepted(behind: &Behind) {
    live(behind, "stream, gzip accepted", Ask::accepting_gzip);
}

pub(crate) fn a_stream_is_live_in_http_1_0(behind: &Behind) {
    let head = live(behind, "stream in HTTP/1.0", Ask::in_http_1_0);
    assert!(header(&head, "Transfer-Encoding").is_none(), "{head}");
}

/// SockJS' and the platform's own.
pub(crate) fn event_sources_are_live(behind: &Behind) {
    let (began, session) = (Instant::now(), Session::of_sockjs(behind));
    let mut stream = Stream::new(behind.ask(&session.receive("eventsource")), Style::EventSource);
    assert_eq!(stream.frame(), "o");
    carries_events(behind, &session, &mut stream);
    let sockjs = began.elapsed();

    let began = Instant::now();
    let target = format!("/apps/{}/sse?channels=news&key={}", behind.app.id, behind.app.key);
    let mut stream = Stream::new(behind.ask(&Ask::new("GET", &target)), Style::Sse);
    stream.event("pusher:connection_established");
    stream.event("pusher_internal:subscription_succeeded");
    behind.trigger("news", "posted", "x");
    stream.event("posted");
    behind.report(&format!("eventsource: event after {sockjs:.0?}, sse: {:.0?}", began.elapsed()));
}

/// A stream of pusher-js from its beginning to an event. Returns the head of the answer.
fn live(behind: &Behind, what: &str, variation: fn(Ask) -> Ask) -> String {
    let (began, session) = (Instant::now(), Session::of_pusher_js(behind));
    let ask = variation(session.receive("xhr_streaming"));
    let mut stream = Stream::new(behind.ask(&ask), Style::Lines);
    assert_eq!(stream.frame(), "o");
    let opened = began.elapsed();
    carries_events(behind, &session, &mut stream);
    let encoding = stream.exchange.header("Content-Encoding").unwrap_or("not compressed");
    let event = began.elapsed();
    behind.report(&format!("{what}: open after {opened:.0?}, event after {event:.0?}, {encoding}"));
    stream.exchange.head
}

/// Everything that is said during an answer comes during that answer.
fn carries_events(behind: &Behind, session: &Session, stream: &mut Stream) {
    stream.event("pusher:connection_established");
    session.subscribe("news");
    stream.event("pusher_internal:subscription_succeeded");
    behind.trigger("news", "posted", "x");
    stream.event("posted");
}
