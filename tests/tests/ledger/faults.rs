//! Endpoints that fail.

use std::{thread, time::Duration};

use crate::{
    actors::{assemble, perform},
    book::End,
    manner::Manner::{self, Answer, Later, ResetHalfway, ResetInAnswer, ResetUnanswered, Slow},
    stage::Stage,
};

/// Every so many requests something else than success.
fn now_and_then(every: usize, faults: &[Manner]) -> Vec<Manner> {
    let mut manners = Vec::new();
    for fault in faults {
        manners.push(*fault);
        manners.extend([Answer(200)].repeat(every));
    }
    manners
}

/// The whole of it while endpoints behave so.
fn told_in_spite_of(manners: &[Manner], rounds: u32) {
    let stage = Stage::new();
    stage.endpoints.iter().for_each(|endpoint| endpoint.recorder.behave(manners));
    perform(&mut assemble(&stage).unwrap(), &stage.book, rounds);
    stage.audit();
}

#[test]
fn endpoints_that_are_well_are_told_everything() {
    told_in_spite_of(&[], 6);
}

#[test]
fn endpoints_that_were_down_are_told_everything_when_they_come_up() {
    let stage = Stage::new();
    let mut troupes = assemble(&stage).unwrap();
    perform(&mut troupes, &stage.book, 2);
    stage.endpoints.iter().for_each(|endpoint| endpoint.recorder.go_down());
    perform(&mut troupes, &stage.book, 6);
    stage.endpoints[0].recorder.come_up();
    perform(&mut troupes, &stage.book, 2);
    stage.endpoints[1].recorder.come_up();
    perform(&mut troupes, &stage.book, 2);
    stage.audit();
}

#[test]
fn slow_endpoints_are_told_everything() {
    // Three seconds are more than they are given: that request comes again.
    let slow = [Slow(Duration::from_millis(150)), Slow(Duration::from_millis(20)), Answer(200)];
    let too_slow = [slow.repeat(12), vec![Slow(Duration::from_secs(3))]].concat();
    told_in_spite_of(&too_slow, 5);
}

#[test]
fn endpoints_that_refuse_are_told_everything() {
    let refusals = [Answer(500), Later(429, 1), Later(503, 2), Answer(302), Answer(404)];
    told_in_spite_of(&now_and_then(24, &refusals), 6);
}

#[test]
fn endpoints_whose_connections_break_are_told_everything() {
    let resets = [ResetHalfway, ResetUnanswered, ResetInAnswer, ResetHalfway];
    told_in_spite_of(&now_and_then(24, &resets), 6);
}

#[test]
fn a_backlog_that_grew_over_a_restart_is_told_in_order() {
    let mut stage = Stage::new();
    stage.endpoints.iter().for_each(|endpoint| endpoint.recorder.go_down());
    perform(&mut assemble(&stage).unwrap(), &stage.book, 8);
    stage.platform.stop().unwrap();
    stage.book.turn(End::Stopped);
    stage.platform.start().unwrap();
    perform(&mut assemble(&stage).unwrap(), &stage.book, 8);
    stage.endpoints.iter().for_each(|endpoint| endpoint.recorder.come_up());
    stage.audit();
}

#[test]
#[ignore = "takes minutes: for the night"]
fn endpoints_that_do_all_of_it_at_length_are_told_everything() {
    let faults = [
        Answer(500),
        ResetHalfway,
        Later(429, 2),
        ResetInAnswer,
        Slow(Duration::from_secs(3)),
        ResetUnanswered,
        Answer(503),
    ];
    let stage = Stage::new();
    let mut troupes = assemble(&stage).unwrap();
    stage.endpoints.iter().for_each(|endpoint| endpoint.recorder.behave(&now_and_then(24, &faults)));
    for _ in 0..6 {
        perform(&mut troupes, &stage.book, 10);
        stage.endpoints.iter().for_each(|endpoint| endpoint.recorder.go_down());
        thread::sleep(Duration::from_secs(5));
        perform(&mut troupes, &stage.book, 5);
        stage.endpoints.iter().for_each(|endpoint| endpoint.recorder.come_up());
        stage.settle();
    }
    stage.audit();
}
