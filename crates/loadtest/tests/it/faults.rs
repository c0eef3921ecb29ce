use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use crate::floor::{Floor, run};

/// What a bad server does to one event for one subscriber.
#[derive(Clone, Copy)]
pub(crate) enum Fault {
    Lose,
    Duplicate,
    /// Sends it after the next.
    Delay,
    /// Sends it, and all that comes after it, half a second later.
    Stall,
}

/// A frame that holds this is meant.
const VICTIM: &[u8] = b"seq-0000000000000005";

#[test]
fn a_lost_event_is_noticed() {
    let floor = Floor::start();
    let run = run(&spoil(&floor, Fault::Lose), &LOAD);
    // Where the one who lost it was ahead of the others, to them it came late.
    let [lost, duplicated, _] = run.ledger();
    assert_eq!((run.exit_code, lost, duplicated), (1, 1, 0), "{}", run.report);
}

#[test]
fn a_duplicate_is_noticed() {
    let floor = Floor::start();
    let run = run(&spoil(&floor, Fault::Duplicate), &LOAD);
    assert_eq!((run.exit_code, run.ledger()), (1, [0, 1, 0]), "{}", run.report);
}

#[test]
fn another_order_for_one_subscriber_is_noticed() {
    let floor = Floor::start();
    let run = run(&spoil(&floor, Fault::Delay), &LOAD);
    // How many are in the wrong place depends on who was first to see them.
    let [lost, duplicated, out_of_order] = run.ledger();
    assert_eq!((run.exit_code, lost, duplicated), (1, 0, 0), "{}", run.report);
    assert!(out_of_order > 0, "{}", run.report);
}

/// What is slowest comes last, when nothing is sent any more.
#[test]
fn what_comes_after_the_end_still_counts() {
    let floor = Floor::start();
    let load = ["--rate", "40", "--warmup", "0", "--duration", "0.3"];
    let run = run(&spoil(&floor, Fault::Stall), &[&["fanout", "--subscribers", "3"][..], &load].concat());
    let run = run.expect_clean();
    assert!(run.number("/latency_us/max") >= 500_000, "{}", run.report);
    assert_eq!(run.number("/latency_us/count"), 3 * run.number("/details/events"), "{}", run.report);
}

#[test]
fn a_server_that_never_answers_is_noticed() {
    let server = answer_all(b"");
    let trigger = run(&server, &[&["trigger", "--window", "2"][..], &SHORT].concat());
    assert_eq!((trigger.exit_code, trigger.number("/troubles/unanswered")), (1, 2), "{}", trigger.report);
}

#[test]
fn connections_that_never_come_about_are_noticed() {
    let server = answer_all(b"");
    let connect = run(&server, &[&["connect", "--window", "3"][..], &SHORT].concat());
    assert_eq!((connect.exit_code, connect.number("/troubles/unanswered")), (1, 3), "{}", connect.report);
}

#[test]
fn connections_that_are_refused_are_counted() {
    let busy = answer_all(b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n");
    let nobody = TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("a port is free");
    for (server, word) in [(busy, "503"), (nobody.to_string(), "cannot connect")] {
        let load = ["connect", "--events", "7", "--warmup", "0", "--duration", "20"];
        let run = run(&server, &load);
        assert_eq!((run.exit_code, run.number("/operations")), (1, 0), "{}", run.report);
        assert_eq!(run.number("/troubles/refused"), 7, "{}", run.report);
        assert!(
            run.report["troubles"]["first"].as_str().expect("it is text").contains(word),
            "{}",
            run.report
        );
    }
}

const STALL: Duration = Duration::from_millis(600);
const SHORT: [&str; 4] = ["--warmup", "0", "--duration", "0.1"];
const LOAD: [&str; 11] =
    ["fanout", "--subscribers", "3", "--events", "20", "--window", "4", "--warmup", "0", "--duration", "1"];

/// Stands in front of a good server and spoils what it sends to its first subscriber: where to connect.
fn spoil(floor: &Floor, fault: Fault) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let authority = listener.local_addr().expect("it is bound").to_string();
    let upstream = floor.authority.clone();
    let has_victim = Arc::new(AtomicBool::new(false));
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let server = TcpStream::connect(&upstream).expect("the floor is there");
            let has_victim = has_victim.clone();
            // Publishers say nothing before everybody is there, so nobody may wait for anybody.
            thread::spawn(move || {
                let is_victim = starts_with_get(&client) && !has_victim.swap(true, Ordering::Relaxed);
                let to_server = server.try_clone().expect("it is open");
                let to_client = client.try_clone().expect("it is open");
                thread::spawn(move || forward(client, to_server, None));
                forward(server, to_client, is_victim.then_some(fault));
            });
        }
    });
    authority
}

/// A server that says the same to everybody who says something, and nothing else: where it is.
fn answer_all(answer: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let authority = listener.local_addr().expect("it is bound").to_string();
    thread::spawn(move || {
        for mut client in listener.incoming().flatten() {
            thread::spawn(move || {
                let mut chunk = [0; 4096];
                while let Ok(1..) = client.read(&mut chunk) {
                    if client.write_all(answer).is_err() {
                        return;
                    }
                }
            });
        }
    });
    authority
}

fn starts_with_get(client: &TcpStream) -> bool {
    let mut start = [0; 3];
    client.peek(&mut start).is_ok() && &start == b"GET"
}

pub(crate) fn forward(mut from: TcpStream, mut to: TcpStream, fault: Option<Fault>) {
    let mut buffer = Vec::new();
    let mut delayed: Option<Vec<u8>> = None;
    let mut chunk = [0; 4096];
    let mut is_upgraded = false;
    while let Ok(count @ 1..) = from.read(&mut chunk) {
        let Some(fault) = fault else {
            if to.write_all(&chunk[..count]).is_err() {
                return;
            }
            continue;
        };
        buffer.extend_from_slice(&chunk[..count]);
        while let Some(end) = if is_upgraded { frame_end(&buffer) } else { head_end(&buffer) } {
            is_upgraded = true;
            let frame: Vec<u8> = buffer.drain(..end).collect();
            let is_victim = frame.windows(VICTIM.len()).any(|window| window == VICTIM);
            let sent = match (fault, is_victim) {
                (Fault::Lose, true) => continue,
                (Fault::Delay, true) => {
                    delayed = Some(frame);
                    continue;
                }
                (Fault::Duplicate, true) => [&frame[..], &frame].concat(),
                (Fault::Stall, true) => {
                    thread::sleep(STALL);
                    frame
                }
                (_, false) => [&frame[..], &delayed.take().unwrap_or_default()].concat(),
            };
            if to.write_all(&sent).is_err() {
                return;
            }
        }
    }
}

pub(crate) fn head_end(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|window| window == b"\r\n\r\n").map(|at| at + 4)
}

/// Server frames of at most 65,535 bytes.
pub(crate) fn frame_end(bytes: &[u8]) -> Option<usize> {
    let end = match *bytes {
        [_, 126, high, low, ..] => 4 + usize::from(u16::from_be_bytes([high, low])),
        [_, 126, ..] => return None,
        [_, length, ..] => 2 + usize::from(length),
        _ => return None,
    };
    (bytes.len() >= end).then_some(end)
}
