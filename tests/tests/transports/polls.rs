//! `GET /apps/{app_id}/poll`.

use std::{
    thread,
    time::{Duration, Instant},
};

use crate::{
    exchange::Ask,
    plain::{Polls, Sse, public, read, url},
    stage::Stage,
    tests,
};

tests![
    the_first_poll_welcomes_and_the_next_wait,
    an_answer_that_was_not_read_is_told_again,
    a_later_cursor_confirms_what_came_before,
    a_poll_that_is_left_loses_nothing,
    every_event_is_told_once_to_who_follows_the_cursor,
    a_poll_with_nothing_to_tell_carries_the_cursor,
    a_cursor_that_means_nothing_here_begins_anew,
    polling_on_needs_no_second_place,
    a_poll_that_another_replaces_is_answered_too,
];

fn joined<'a>(stage: &'a Stage, app: &campanile_tests::App) -> Polls<'a> {
    let mut polls = Polls::new(stage, app, &public(app, "news"));
    let names = polls.until("pusher_internal:subscription_succeeded");
    assert_eq!(names[0], "pusher:connection_established");
    polls
}

fn the_first_poll_welcomes_and_the_next_wait(stage: &Stage) {
    let app = stage.app(&[]);
    let mut polls = joined(stage, &app);
    let waiting = stage.say(&Ask::get(&polls.url()));
    stage.publish(&app, "news", "posted", "x");
    let (cursor, events) = read(waiting.answer());
    assert_eq!((events.len(), &events[0]["event"]), (1, &"posted".into()));
    polls.cursor = Some(cursor);
    stage.publish(&app, "news", "again", "x");
    assert_eq!(polls.poll()[0]["event"], "again");
}

fn an_answer_that_was_not_read_is_told_again(stage: &Stage) {
    let app = stage.app(&[]);
    let polls = joined(stage, &app);
    stage.publish(&app, "news", "one", "x");
    let (_, first) = polls.peek();
    stage.publish(&app, "news", "two", "x");
    // The hub may tell "two" a moment later than the poll is answered.
    for _ in 0..3 {
        let (_, again) = polls.peek();
        assert_eq!(again[0], first[0]);
        assert!(again.len() == 1 || again[1]["event"] == "two", "{again:?}");
    }
}

fn a_later_cursor_confirms_what_came_before(stage: &Stage) {
    let app = stage.app(&[]);
    let mut polls = joined(stage, &app);
    let begin = polls.cursor.clone();
    stage.publish(&app, "news", "one", "x");
    polls.until("one");
    stage.publish(&app, "news", "two", "x");
    assert_eq!(polls.until("two"), ["two"]);
    stage.publish(&app, "news", "three", "x");
    assert_eq!(polls.until("three"), ["three"]);
    // What is confirmed is gone: the old cursor cannot be kept to, and says so by a welcome.
    polls.cursor = begin;
    assert_eq!(polls.poll()[0]["event"], "pusher:connection_established");
}

fn a_poll_that_is_left_loses_nothing(stage: &Stage) {
    let app = stage.app(&[]);
    let mut polls = joined(stage, &app);
    for round in 0..10 {
        let waiting = stage.say(&Ask::get(&polls.url()));
        if round % 2 == 0 {
            stage.publish(&app, "news", &round.to_string(), "x");
        }
        drop(waiting);
        if round % 2 == 1 {
            stage.publish(&app, "news", &round.to_string(), "x");
        }
        assert_eq!(polls.until(&round.to_string()), [round.to_string()]);
    }
}

fn every_event_is_told_once_to_who_follows_the_cursor(stage: &Stage) {
    const EVENTS: usize = 200;
    let app = stage.app(&[]);
    let mut polls = joined(stage, &app);
    let names = thread::scope(|scope| {
        scope.spawn(|| {
            for index in 0..EVENTS {
                stage.publish(&app, "news", &index.to_string(), "x");
            }
        });
        polls.until(&(EVENTS - 1).to_string())
    });
    assert_eq!(names, (0..EVENTS).map(|index| index.to_string()).collect::<Vec<_>>());
}

fn a_poll_with_nothing_to_tell_carries_the_cursor(stage: &Stage) {
    let app = stage.app(&[]);
    let mut polls = joined(stage, &app);
    let before = polls.cursor.clone();
    let begun = Instant::now();
    assert!(polls.poll().is_empty());
    assert!(begun.elapsed() >= Duration::from_secs(25), "too early: {:?}", begun.elapsed());
    assert_eq!(polls.cursor, before);
    stage.publish(&app, "news", "posted", "x");
    assert_eq!(polls.until("posted"), ["posted"]);
}

fn a_cursor_that_means_nothing_here_begins_anew(stage: &Stage) {
    let (app, other) = (stage.app(&[]), stage.app(&[]));
    let polls = joined(stage, &app);
    let cursor = polls.cursor.clone().unwrap();
    let mut foreign = Polls::new(stage, &other, &public(&other, "news"));
    for cursor in [cursor.as_str(), "x", "unknown.3", ".", ""] {
        foreign.cursor = Some(cursor.to_owned());
        assert_eq!(foreign.poll()[0]["event"], "pusher:connection_established", "{cursor:?}");
    }
    // A poll of pusher-js is none of these.
    let session = cursor.rsplit_once('.').unwrap().0;
    let url = format!("/pusher/app/{}/1/{session}/xhr_send", app.key);
    assert_eq!(stage.post(&url, "[]").status, 404);
    let mut sse = Sse::resume(stage, &other, &public(&other, "news"), &cursor);
    assert_ne!(sse.welcomed(), session);
}

/// The session that it goes on with has its place already.
fn polling_on_needs_no_second_place(stage: &Stage) {
    let app = stage.app(&["max_connections=1"]);
    let mut polls = joined(stage, &app);
    stage.publish(&app, "news", "posted", "x");
    assert_eq!(polls.until("posted"), ["posted"]);
    assert_eq!(stage.get(&url(&app, "poll", &public(&app, "news"))).status, 403, "another one does");
}

/// With something that its client can read.
fn a_poll_that_another_replaces_is_answered_too(stage: &Stage) {
    let app = stage.app(&[]);
    let mut polls = joined(stage, &app);
    let (mut one, mut two) = (stage.say(&Ask::get(&polls.url())), stage.say(&Ask::get(&polls.url())));
    while !one.has_answer() {
        std::mem::swap(&mut one, &mut two);
        thread::yield_now();
    }
    let (cursor, events) = read(one.answer());
    assert!(events.is_empty(), "{events:?}");
    assert_eq!(Some(cursor), polls.cursor);
    stage.publish(&app, "news", "posted", "x");
    assert_eq!(read(two.answer()).1[0]["event"], "posted");
    assert_eq!(polls.until("posted"), ["posted"], "not confirmed yet");
}
