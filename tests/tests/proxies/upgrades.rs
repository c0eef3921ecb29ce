use std::time::Instant;

use crate::{
    behind::Behind,
    websocket::{Client, upgrade},
};

pub(crate) fn a_websocket_carries_events(behind: &Behind) {
    let began = Instant::now();
    let mut client = Client::connect(behind);
    client.subscribe("news");
    let subscribed = began.elapsed();
    behind.trigger("news", "posted", "x");
    client.event("posted");
    behind.report(&format!(
        "WebSocket: subscribed after {subscribed:.0?}, event after {:.0?}",
        began.elapsed()
    ));
}

/// A client goes on to the next transport as soon as it is refused; an answer that does not come costs it
/// seconds.
pub(crate) fn an_upgrade_is_refused_at_once(behind: &Behind) {
    let began = Instant::now();
    let answer = behind.ask(&upgrade(&behind.app.key));
    assert!((400..500).contains(&answer.status), "{}", answer.head);
    behind.report(&format!("WebSocket: {} after {:.0?}", answer.status, began.elapsed()));
}
