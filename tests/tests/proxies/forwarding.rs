//! An explicit forward proxy, as in companies.

use std::io::Write;

use crate::{
    behind::Behind,
    configuration,
    exchange::{Ask, Exchange, Route},
    proxy::{Proxy, Setup},
    stage::Stage,
    websocket::{Client, upgrade},
};

pub(crate) const QUESTIONS: [(&str, fn()); 3] = [
    ("tunnels_to_unlisted_ports_are_refused_by_default", tunnels_to_unlisted_ports_are_refused_by_default),
    ("a_websocket_goes_through_a_listed_port", a_websocket_goes_through_a_listed_port),
    ("the_upgrade_rule_is_compared_by_letter", the_upgrade_rule_is_compared_by_letter),
];

/// What a browser does first for `ws://`; the refusal is what sends it on to the transports over HTTP.
fn tunnels_to_unlisted_ports_are_refused_by_default() {
    let behind = Behind::start(Proxy::Squid, Setup::Default);
    assert_eq!(tunnel(&behind).status, 403);
}

fn a_websocket_goes_through_a_listed_port() {
    let behind = Behind::start(Proxy::Squid, Setup::Shipped);
    let answer = tunnel(&behind);
    assert_eq!(answer.status, 200, "{}", answer.head);
    let (mut stream, _) = answer.switched();
    let inside = Route::direct(&behind.route.host);
    stream.write_all(&upgrade(&behind.app.key).bytes(&inside)).unwrap();
    let mut client = Client::after(Exchange::read(std::io::BufReader::new(stream)));
    client.subscribe("news");
    behind.trigger("news", "posted", "x");
    client.event("posted");
}

/// With the name as the standard spells it, browsers, which write it in lower case, are still refused.
fn the_upgrade_rule_is_compared_by_letter() {
    let text =
        configuration::text(Proxy::Squid, Setup::Shipped).replace("websocket allow", "WebSocket allow");
    let platform = Stage::shared().platform.authority.clone();
    let behind = Behind::start_with(Proxy::Squid, &text, &platform, "squid, WebSocket".to_owned());
    assert!((400..500).contains(&behind.ask(&upgrade(&behind.app.key)).status));
}

fn tunnel(behind: &Behind) -> Exchange {
    // Not the absolute URI of other requests: this one names host and port.
    let bare = Route::direct(&behind.route.connect_to);
    Exchange::begin(&bare, &Ask::new("CONNECT", &behind.route.host))
}
