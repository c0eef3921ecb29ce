//! A receiver that another one replaces, and polls, which replace each other all the time.

use serde_json::json;

use crate::{
    pusher_js::{PusherJs, socket_id},
    session::finish,
    stage::Stage,
    tests,
};

tests![
    a_newcomer_takes_over_and_the_first_stream_ends,
    a_newcomer_takes_over_from_a_poll,
    polls_tell_what_came_between_them_in_order,
    a_new_receiver_goes_on_without_a_second_opening,
];

fn a_newcomer_takes_over_and_the_first_stream_ends(stage: &Stage) {
    let app = stage.app(&[]);
    let client = PusherJs::new(stage, &app);
    let mut first = client.subscribed(&["news"]);
    let mut second = client.stream();
    assert_eq!(first.next_line(), None, "the first ends in order");
    for index in 0..50 {
        stage.publish(&app, "news", &index.to_string(), "x");
    }
    let mut frame = second.next();
    if frame["event"] == "pusher_internal:subscription_succeeded" {
        // Its arrival at the first was not certain.
        frame = second.next();
    }
    assert_eq!(frame["event"], "0");
    for index in 1..50 {
        second.event(&index.to_string());
    }
}

fn a_newcomer_takes_over_from_a_poll(stage: &Stage) {
    let app = stage.app(&[]);
    let client = PusherJs::new(stage, &app);
    let mut stream = client.subscribed(&["news"]);
    let poll = stage.say(&client.receive("xhr"));
    assert_eq!(stream.next_line(), None);
    let mut stream = client.stream();
    let body = finish(poll.answer());
    assert!(["", "h\n"].contains(&body.as_str()) || body.starts_with("a["), "{body}");
    stage.publish(&app, "news", "posted", "x");
    while stream.next()["event"] != "posted" {}
}

fn polls_tell_what_came_between_them_in_order(stage: &Stage) {
    let app = stage.app(&[]);
    let client = PusherJs::new(stage, &app);
    assert_eq!(client.poll(), "o\n");
    let id = socket_id(&client.poll_events()[0]);
    client.subscribe(&id, "news", None);
    client.poll_events();
    for index in 0..20 {
        stage.publish(&app, "news", &index.to_string(), "x");
    }
    client.say(&json!({ "event": "pusher:ping", "data": {} }));
    let mut told = Vec::new();
    while told.len() < 21 {
        told.extend(client.poll_events());
    }
    let names: Vec<_> = told.iter().filter_map(|event| event["event"].as_str()).collect();
    let expected: Vec<_> = (0..20).map(|index| index.to_string()).collect();
    let events: Vec<_> = names.iter().filter(|name| **name != "pusher:pong").collect();
    assert_eq!(events, expected.iter().collect::<Vec<_>>());
}

/// Item 128; `handover` does it under load.
fn a_new_receiver_goes_on_without_a_second_opening(stage: &Stage) {
    let app = stage.app(&[]);
    let client = PusherJs::new(stage, &app);
    let mut stream = client.subscribed(&["news"]);
    stage.publish(&app, "news", "one", "x");
    stream.event("one");
    drop(stream);
    stage.publish(&app, "news", "two", "x");
    let mut stream = client.stream();
    let first = stream.line();
    assert!(first.starts_with("a[") && first.contains("two"), "{first}");
}
