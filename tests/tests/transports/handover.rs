//! Item 128 in earnest: what is told while the client changes from one answer to the next, kept as a
//! ledger. "Lost" is an event that no answer told, "doubled" one that two of them did.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use campanile_tests::App;
use serde_json::Value;

use crate::{
    pusher_js::{PusherJs, Stream},
    signing::trigger,
    stage::Stage,
    tests,
};

tests![
    hand_overs_at_256_kib_lose_and_double_nothing,
    a_client_that_leaves_at_any_moment_loses_nothing,
    events_between_two_receivers_wait,
];

/// pusher-js changes to a new answer when it has understood all of one that is longer.
const HAND_OVER_UNITS: usize = 256 * 1024;
const HAND_OVERS: usize = 20;
/// Clients at once, so that the workers differ on which sessions live and requests arrive.
const CLIENTS: usize = 3;
/// Events that may be under way, so that nobody falls behind by more than is kept.
const AHEAD: usize = 40;

/// The number of an event of the ledger.
fn number(event: &Value) -> usize {
    let name = event["event"].as_str().unwrap();
    name.strip_prefix("n").and_then(|number| number.parse().ok()).unwrap_or_else(|| panic!("{event}"))
}

/// About 9 KB in which characters, units and bytes differ.
fn data(index: usize) -> String {
    let text = ["x", "é", "€", "😀", "\u{2028}", "\"\\"][index % 6];
    format!("{index}:{}", text.repeat(9_000 / text.len()))
}

fn hand_overs_at_256_kib_lose_and_double_nothing(stage: &Stage) {
    let app = stage.app(&[]);
    let read: [AtomicUsize; CLIENTS] = Default::default();
    let clients: [_; CLIENTS] = std::array::from_fn(|_| PusherJs::new(stage, &app));
    let streams = clients.each_ref().map(|client| client.subscribed(&["news"]));
    thread::scope(|scope| {
        let readers: Vec<_> = (clients.iter().zip(streams).zip(&read))
            .map(|((client, stream), read)| scope.spawn(move || read_as_pusher_js(client, stream, read)))
            .collect();
        for index in 0.. {
            if readers.iter().all(thread::ScopedJoinHandle::is_finished) {
                break;
            }
            let slowest = || read.iter().map(|read| read.load(Ordering::Relaxed)).min().unwrap_or_default();
            while slowest() + AHEAD < index {
                thread::yield_now();
            }
            stage.publish(&app, "news", &format!("n{index}"), &data(index));
        }
        readers.into_iter().for_each(|reader| reader.join().unwrap());
    });
}

/// Every event in its order and once, over all hand-overs.
fn read_as_pusher_js(client: &PusherJs<'_>, mut stream: Stream, read: &AtomicUsize) {
    let mut next = 0;
    for hand_over in 0..HAND_OVERS {
        while !(stream.is_parsed() && stream.units > HAND_OVER_UNITS) {
            let event = stream.next();
            assert_eq!(number(&event), next, "after {hand_over} hand-overs");
            assert_eq!(event["data"], data(next), "event {next}");
            next += 1;
            read.store(next, Ordering::Relaxed);
        }
        drop(stream);
        stream = client.stream();
    }
    assert_eq!(number(&stream.next()), next);
    read.store(usize::MAX / 2, Ordering::Relaxed);
}

/// Leaves after every count of events, says so by the end of its side, asks again at once, and only then
/// reads what the first answer had on its way.
fn a_client_that_leaves_at_any_moment_loses_nothing(stage: &Stage) {
    const ROUNDS: usize = 60;
    let app = stage.app(&[]);
    let client = PusherJs::new(stage, &app);
    let mut stream = client.subscribed(&["news"]);
    let published = AtomicUsize::new(0);
    let read = AtomicUsize::new(0);
    thread::scope(|scope| {
        let publisher = scope.spawn(|| publish_until(stage, &app, &published, &read));
        let mut next = 0;
        for round in 0..ROUNDS {
            for _ in 0..round % 7 {
                next = advance(next, &stream.next(), round);
                read.store(next, Ordering::Relaxed);
            }
            stream.answer.abort();
            let newcomer = client.stream();
            for event in stream.leftovers() {
                next = advance(next, &event, round);
            }
            stream = newcomer;
        }
        read.store(usize::MAX / 2, Ordering::Relaxed);
        publisher.join().unwrap();
        let total = published.load(Ordering::Relaxed);
        while next < total {
            next = advance(next, &stream.next(), ROUNDS);
        }
    });
}

/// What follows is the next event, or one that is told again because its arrival was not certain.
fn advance(next: usize, event: &Value, round: usize) -> usize {
    if event["event"] == "pusher_internal:subscription_succeeded" {
        return next;
    }
    let number = number(event);
    assert!(number <= next, "lost {next}..{number} in round {round}");
    next.max(number + 1)
}

/// Publishes all the time, a little ahead of the reader, until that needs no more.
fn publish_until(stage: &Stage, app: &App, published: &AtomicUsize, read: &AtomicUsize) {
    for index in 0.. {
        let done = read.load(Ordering::Relaxed);
        if done == usize::MAX / 2 {
            return;
        }
        if done + AHEAD < index {
            thread::yield_now();
        }
        trigger(&stage.platform, app, "news", &format!("n{index}"));
        published.store(index + 1, Ordering::Relaxed);
    }
}

/// Up to a message of the client and its answer, which show in which order things happened.
fn events_between_two_receivers_wait(stage: &Stage) {
    let app = stage.app(&[]);
    let client = PusherJs::new(stage, &app);
    let mut stream = client.subscribed(&["news"]);
    let mut next = 0;
    for round in 0..10 {
        drop(stream);
        for index in next..next + 3 {
            trigger(&stage.platform, &app, "news", &format!("n{index}"));
        }
        stream = client.stream();
        trigger(&stage.platform, &app, "news", &format!("n{}", next + 3));
        let end = next + 4;
        while next < end {
            next = advance(next, &stream.next(), round);
        }
    }
}
