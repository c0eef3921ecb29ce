//! The platform killed between any two steps of a webhook's walk.

use std::{os::unix::process::ExitStatusExt, time::Duration};

use campanile_tests::Options;
use nix::sys::signal::Signal;

use crate::{
    actors::{assemble, perform, perform_until_end},
    book::{Departures, End},
    stage::Stage,
};

/// From the occurrence to its row.
const RECORDING: [&str; 6] = [
    "inbox.pushed",
    "writer.batched",
    "record.appended",
    "record.committed",
    "writer.committed",
    "writer.confirmed",
];
/// From the row to the endpoint.
const DELIVERING: [&str; 6] = [
    "claim.frozen",
    "claim.committed",
    "post.sending",
    "post.answered",
    "settle.written",
    "settle.committed",
];
const DEPARTING: [&str; 2] = ["debounce.held", "debounce.cancelled"];

/// Within this it has come to its boundary.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

impl Stage {
    /// A life that ends at the `n`-th passing of a boundary, while everyone is at work.
    pub(crate) fn live_until(&mut self, boundary: &str, n: u32) {
        self.platform.abort_at(boundary, n);
        // It may come there before it serves, by what the life before has left to do.
        if self.platform.start().is_ok()
            && let Ok(mut troupes) = assemble(self)
        {
            perform_until_end(&mut troupes, &self.book)
                .unwrap_or_else(|error| panic!("{boundary}:{n}: {error:#}"));
        }
        self.must_abort(boundary);
        self.book.turn(End::Killed);
    }

    /// Not just ended: a program that refuses to start would prove nothing.
    pub(crate) fn must_abort(&mut self, boundary: &str) {
        let status = self.platform.wait_for_end(PATIENCE).unwrap();
        let signal = status.as_ref().and_then(ExitStatusExt::signal);
        assert_eq!(signal, Some(Signal::SIGABRT as i32), "{boundary} was not reached: {status:?}");
    }

    pub(crate) fn stop(&mut self) {
        self.platform.stop().unwrap();
        self.book.turn(End::Stopped);
    }

    /// A last life without an end, and the audit.
    pub(crate) fn conclude(&mut self) {
        self.platform.start().unwrap();
        perform(&mut assemble(self).unwrap(), &self.book, 2);
        self.audit();
    }
}

/// One platform, killed at each boundary again and again.
fn survives(boundaries: &[&str], passings: &[u32], departures: Departures) {
    let mut stage = Stage::with(Options::default(), departures);
    stage.stop();
    for boundary in boundaries {
        for (number, n) in passings.iter().enumerate() {
            // Every other life begins with what the one before left.
            let is_fresh = number % 2 == 0;
            if is_fresh {
                stage.platform.start().unwrap();
                stage.settle();
                stage.stop();
            }
            let life = stage.book.era();
            stage.live_until(boundary, *n);
            assert!(!is_fresh || !stage.book.is_empty(life), "{boundary}:{n} came before anything happened");
        }
    }
    stage.conclude();
}

/// Numbers that look random and are the same at each run.
fn many(count: usize, below: u32) -> Vec<u32> {
    let next = |seed: &u64| {
        Some(seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407))
    };
    let numbers = std::iter::successors(Some(4711), next).skip(1);
    numbers.map(|number| u32::try_from(number >> 40).unwrap() % below + 1).take(count).collect()
}

#[test]
fn a_kill_while_recording_breaks_nothing() {
    survives(&RECORDING, &[1, 4, 11], Departures::Told);
}

#[test]
fn a_kill_while_delivering_breaks_nothing() {
    survives(&DELIVERING, &[1, 3, 8], Departures::Told);
}

#[test]
fn a_kill_while_departures_are_held_back_breaks_nothing() {
    survives(&DEPARTING, &[1, 5, 14], Departures::HeldBack);
}

#[test]
fn a_kill_while_departures_are_told_late_breaks_nothing() {
    let mut stage = Stage::with(Options::default(), Departures::Late);
    stage.stop();
    for n in [1, 2, 5, 8] {
        stage.platform.abort_at("debounce.released", n);
        stage.platform.start().unwrap();
        // Eight departures: of two channels, and of two more with two members each.
        perform(&mut assemble(&stage).unwrap(), &stage.book, 1);
        stage.must_abort("debounce.released");
        stage.book.turn(End::Killed);
    }
    stage.platform.start().unwrap();
    perform(&mut assemble(&stage).unwrap(), &stage.book, 1);
    stage.audit();
}

#[test]
#[ignore = "takes many minutes: for the night"]
fn many_kills_at_every_boundary_break_nothing() {
    for boundary in RECORDING.iter().chain(&DELIVERING) {
        survives(&[boundary], &many(15, 60), Departures::Told);
    }
    for boundary in DEPARTING {
        survives(&[boundary], &many(15, 60), Departures::HeldBack);
    }
}
