//! The platform killed at any moment, while it stops, while it makes good for a kill, and while it replays.

use std::{
    thread,
    time::{Duration, Instant},
};

use campanile_tests::Options;
use serde_json::{Value, json};

use crate::{
    actors::{assemble, perform, wait_for_closing},
    book::{Departures, End},
    failpoints::PATIENCE,
    stage::Stage,
};

const RECONCILING: [&str; 2] = ["reconcile.told", "reconcile.committed"];
const STOPPING: [&str; 2] = ["shutdown.flushed", "shutdown.drained"];
const REPLAYING: [&str; 2] = ["replay.queued", "replay.claimed"];

#[test]
fn a_kill_while_making_good_for_a_kill_breaks_nothing() {
    let mut stage = Stage::new();
    for boundary in RECONCILING {
        let mut troupes = assemble(&stage).unwrap();
        perform(&mut troupes, &stage.book, 1);
        troupes.iter_mut().for_each(|troupe| troupe.enter(&stage.book).unwrap());
        stage.settle();
        stage.platform.kill().unwrap();
        stage.book.turn(End::Killed);
        stage.live_until(boundary, 1);
        stage.platform.start().unwrap();
    }
    perform(&mut assemble(&stage).unwrap(), &stage.book, 2);
    stage.audit();
}

#[test]
fn a_kill_at_any_moment_breaks_nothing() {
    let mut stage = Stage::new();
    for rounds in [1, 3, 2] {
        let mut troupes = assemble(&stage).unwrap();
        perform(&mut troupes, &stage.book, rounds);
        troupes.iter_mut().for_each(|troupe| troupe.enter(&stage.book).unwrap());
        if rounds > 1 {
            // Then all of that is certain, and only the departures are missing.
            stage.settle();
        }
        stage.platform.crash_and_restart().unwrap();
        stage.book.turn(End::Killed);
    }
    perform(&mut assemble(&stage).unwrap(), &stage.book, 2);
    stage.audit();
}

#[test]
fn a_kill_while_stopping_loses_nothing_at_all() {
    for departures in [Departures::Told, Departures::HeldBack] {
        let mut stage = Stage::with(Options::default(), departures);
        for boundary in STOPPING {
            stage.stop();
            stage.platform.abort_at(boundary, 1);
            stage.platform.start().unwrap();
            let mut troupes = assemble(&stage).unwrap();
            perform(&mut troupes, &stage.book, 3);
            troupes.iter_mut().for_each(|troupe| troupe.enter(&stage.book).unwrap());
            stage.platform.terminate().unwrap();
            wait_for_closing(&mut troupes);
            stage.must_abort(boundary);
            stage.book.turn(End::Stopped);
            stage.platform.start().unwrap();
        }
        perform(&mut assemble(&stage).unwrap(), &stage.book, 2);
        stage.audit();
    }
}

#[test]
fn a_kill_while_replaying_disturbs_nothing_and_sends_what_was_accepted() {
    let mut stage = Stage::new();
    for boundary in REPLAYING {
        perform(&mut assemble(&stage).unwrap(), &stage.book, 2);
        stage.settle();
        stage.stop();
        stage.platform.abort_at(boundary, 1);
        stage.platform.start().unwrap();
        let all = json!({ "from": "2026-01-01T00:00:00Z", "to": "2100-01-01T00:00:00Z" });
        let path = format!("/{}", stage.endpoints[0].id);
        let asked = stage.send("POST", &format!("{path}/replay"), &all);
        stage.must_abort(boundary);
        stage.book.turn(End::Killed);
        stage.platform.start().unwrap();
        if asked.is_ok_and(|response| response.status == 202) {
            let replays =
                |stage: &Stage| stage.ok("GET", &format!("{path}/queue"), &Value::Null)["replays"].clone();
            let deadline = Instant::now() + PATIENCE;
            while replays(&stage) != 0 {
                assert!(Instant::now() < deadline, "replays wait for ever");
                thread::sleep(Duration::from_millis(100));
            }
            let requests = stage.endpoints[0].recorder.requests();
            assert!(requests.iter().any(|request| request.is_replay), "an accepted replay was not sent");
        }
    }
    perform(&mut assemble(&stage).unwrap(), &stage.book, 2);
    stage.audit();
}
