//! What takes minutes: limits on silence, and how late a departure is told.

use std::time::{Duration, Instant};

use crate::{behind::Behind, session::Session, signing, websocket::Client};

/// The platform pings a silent WebSocket after 150 s; streams beat every 25 s.
const UNTIL_PING: Duration = Duration::from_secs(170);
const THREE_HEARTBEATS: Duration = Duration::from_secs(75);
/// A session without a receiver ends after 5 s.
const AFTERWARDS: Duration = Duration::from_secs(15);

pub(crate) fn silence_is_survived(behind: &Behind) {
    let mut client = Client::connect(behind);
    client.subscribe("news");
    let session = Session::of_pusher_js(behind);
    let mut stream = session.stream();
    assert_eq!(stream.frame(), "o");
    stream.event("pusher:connection_established");
    session.subscribe("news");
    stream.event("pusher_internal:subscription_succeeded");

    client.socket().set_read_timeout(Some(UNTIL_PING)).unwrap();
    let began = Instant::now();
    client.ping();
    behind.report(&format!("a silent WebSocket was pinged after {:.0?}", began.elapsed()));
    signing::trigger(&behind.stage.platform, &behind.app, "news", "posted");
    client.event("posted");
    stream.event("posted");
}

/// Some proxies tell it only when they cannot pass on what is written. The first heartbeat finds the client's side
/// closed, the second that nothing can be sent there, and varnish stops reading at the third.
pub(crate) fn a_departure_is_noticed(behind: &Behind) {
    let session = Session::of_pusher_js(behind);
    let mut stream = session.stream();
    stream.frame();
    stream.event("pusher:connection_established");
    session.subscribe("news");
    stream.event("pusher_internal:subscription_succeeded");
    let is_occupied =
        || signing::query(&behind.stage.platform, &behind.app, "channels/news", &[])["occupied"] == true;
    assert!(is_occupied());
    drop(stream);
    let left = Instant::now();
    while is_occupied() {
        assert!(left.elapsed() < THREE_HEARTBEATS + AFTERWARDS, "it is still thought to be here");
        std::thread::sleep(Duration::from_millis(100));
    }
    behind.report(&format!("a departure was noticed after {:.1?}", left.elapsed()));
}
