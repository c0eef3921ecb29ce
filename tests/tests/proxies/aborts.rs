use std::iter;

use serde_json::Value;

use crate::{behind::Behind, session::Session, stream::Stream};

/// What pusher-js does when an answer has grown too long: it leaves and asks again at once. Some proxies tell
/// the platform late that it left, so the newest receiver must win, and what is due must wait for it.
pub(crate) fn a_stream_is_taken_over_without_loss(behind: &Behind) {
    const EVENTS: usize = 60;
    const RECYCLED_AFTER: usize = 256 * 1024;
    let session = Session::of_pusher_js(behind);
    let mut stream = subscribed(&session);
    for index in 0..EVENTS {
        behind.trigger("news", &index.to_string(), &"x".repeat(9_000));
    }
    let mut receivers = 1;
    for index in 0..EVENTS {
        if stream.is_consumed() && stream.length > RECYCLED_AFTER {
            drop(stream);
            stream = session.stream();
            receivers += 1;
        }
        stream.event(&index.to_string());
    }
    assert!(receivers > 1, "it never grew too long");
}

/// At any other time too: nothing is opened twice, and nobody is told that another connection is open. What the
/// client may not have received, as far as the platform can see, comes again.
pub(crate) fn a_stream_can_be_replaced_at_any_time(behind: &Behind) {
    let session = Session::of_pusher_js(behind);
    let mut stream = subscribed(&session);
    let mut told = vec!["pusher_internal:subscription_succeeded".to_owned()];
    for round in ["first", "second", "third"] {
        drop(stream);
        stream = session.stream();
        behind.trigger("news", round, "x");
        let is_repeated = |frame: &Value| told.iter().any(|name| frame["event"] == **name);
        let new = iter::repeat_with(|| stream.next()).find(|frame| !is_repeated(frame));
        assert_eq!(new.unwrap()["event"], round);
        told.push(round.to_owned());
    }
}

fn subscribed(session: &Session) -> Stream {
    let mut stream = session.stream();
    assert_eq!(stream.frame(), "o");
    stream.event("pusher:connection_established");
    session.subscribe("news");
    stream.event("pusher_internal:subscription_succeeded");
    stream
}
