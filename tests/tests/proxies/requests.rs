use serde_json::json;

use crate::{
    behind::Behind,
    exchange::{Ask, Exchange, Route},
    session::{Session, finish},
    signing::SignedRequest,
    stream::messages,
    websocket::Client,
};

/// Signatures cover path and query byte by byte, so a proxy that rewrites either breaks them.
pub(crate) fn signed_requests_arrive_as_they_were_signed(behind: &Behind) {
    for channel in ["news", "a%40b%2Cc%3Bd%3De", "a@b,c;d=e"] {
        let request = SignedRequest::get(&behind.app, &format!("channels/{channel}"));
        assert_eq!(behind.signed(&request), json!({ "occupied": false }), "{channel}");
    }
    let parameters = SignedRequest::get(&behind.app, "channels").with("filter_by_prefix", "a=b,c");
    behind.signed(&parameters);

    // More than nginx takes by itself; the platform does, and finds that it is no event.
    let body = json!({ "name": "x", "channel": "news", "data": "x".repeat(2 << 20) });
    let request = SignedRequest::post(&behind.app, "events", &body);
    let target = format!("{}?{}", request.path, request.query());
    let mut answer = behind.ask(&Ask::new("POST", &target).json(&request.body));
    let told = answer.rest();
    assert!(answer.status == 413 && told.starts_with("The data content"), "{}{told}", answer.head);
}

/// The very same request, signature and all, is answered anew.
pub(crate) fn nothing_is_answered_from_a_cache(behind: &Behind) {
    let request = SignedRequest::get(&behind.app, "channels/news");
    assert_eq!(behind.signed(&request), json!({ "occupied": false }));
    let mut client = Client::connect_by(&Route::direct(&behind.stage.platform.authority), &behind.app.key);
    client.subscribe("news");
    assert_eq!(behind.signed(&request), json!({ "occupied": true }));
}

/// The dashboard obeys only its own pages, which it knows by the address that the browser asked for.
pub(crate) fn the_dashboard_knows_its_own_pages(behind: &Behind) {
    let log_in = |origin: &str| {
        let body = json!({ "email": "nobody@example.com", "password": "" }).to_string();
        let ask = Ask::new("POST", "/api/v1/login").json(&body);
        behind.ask(&ask.header(&format!("Origin: {origin}"))).status
    };
    assert_ne!(log_in(&format!("http://{}", behind.route.host)), 403);
    assert_eq!(log_in("http://example.com"), 403);
}

/// `o`, the welcome, and an event that comes while a poll waits.
pub(crate) fn polls_wait_for_events(behind: &Behind) {
    let session = Session::of_pusher_js(behind);
    assert_eq!(session.poll(), "o");
    assert_eq!(session.poll_messages()[0]["event"], "pusher:connection_established");
    session.subscribe("news");
    assert_eq!(session.poll_messages()[0]["event"], "pusher_internal:subscription_succeeded");
    std::thread::scope(|scope| {
        let poll = scope.spawn(|| session.poll_messages());
        behind.trigger("news", "posted", "x");
        assert_eq!(poll.join().unwrap()[0]["event"], "posted");
    });
}

/// All that came between two polls comes with the next, to a client whose system takes little at a time.
pub(crate) fn a_big_answer_reaches_a_slow_reader_whole(behind: &Behind) {
    const EVENTS: usize = 80;
    let session = Session::of_pusher_js(behind);
    assert_eq!(session.poll(), "o");
    session.poll_messages();
    session.subscribe("news");
    session.poll_messages();
    for index in 0..EVENTS {
        behind.trigger("news", &index.to_string(), &"x".repeat(10_000));
    }
    let slow = behind.route.with_receive_buffer(4096);
    let mut names = Vec::new();
    let mut longest = 0;
    while names.len() < EVENTS {
        let frame = finish(Exchange::begin(&slow, &session.receive("xhr")));
        longest = longest.max(frame.len());
        names.extend(messages(&frame).iter().map(|event| event["event"].as_str().unwrap().to_owned()));
    }
    assert!(
        names.iter().map(String::as_str).eq((0..EVENTS).map(|index| index.to_string()).collect::<Vec<_>>())
    );
    behind.report(&format!("longest answer to a poll: {} KiB", longest / 1024));
}
