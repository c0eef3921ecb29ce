//! PostgreSQL stopped, hung, restarted, killed, alone and together with the platform.

use std::{
    thread,
    time::{Duration, Instant},
};

use campanile_tests::Options;

use crate::{
    actors::{assemble, perform},
    book::{Departures, End},
    database::Postgres,
    stage::Stage,
};

/// Long enough for every patience in the platform to run out once; the long set waits for a minute.
const SHORT: Duration = Duration::from_secs(12);
const LONG: Duration = Duration::from_secs(60);

fn stage(postgres: &Postgres) -> Stage {
    let options = Options { database_url: Some(postgres.url.clone()), ..Options::default() };
    Stage::with(options, Departures::Told)
}

/// Everyone works on while the database is away, and is told of when it is back.
fn away(lasts: Duration, leave: fn(&mut Postgres), come_back: fn(&mut Postgres)) {
    let mut postgres = Postgres::start();
    let stage = stage(&postgres);
    let mut troupes = assemble(&stage).unwrap();
    perform(&mut troupes, &stage.book, 1);
    let began = Instant::now();
    leave(&mut postgres);
    while began.elapsed() < lasts {
        // Sockets, signatures and client events need no database.
        perform(&mut troupes, &stage.book, 1);
        thread::sleep(lasts / 6);
    }
    come_back(&mut postgres);
    perform(&mut troupes, &stage.book, 1);
    stage.audit();
    drop((troupes, stage));
}

#[test]
fn what_happens_while_the_database_is_stopped_is_told() {
    away(SHORT, Postgres::stop, Postgres::start_again);
}

#[test]
fn what_happens_while_the_database_hangs_is_told() {
    away(SHORT, |postgres| postgres.hang(), |postgres| postgres.go_on());
}

#[test]
fn what_happens_while_the_database_is_killed_is_told() {
    away(Duration::from_secs(1), |postgres| postgres.kill(), Postgres::start_again);
}

#[test]
#[ignore = "takes minutes: for the night"]
fn what_happens_while_the_database_is_stopped_for_a_minute_is_told() {
    away(LONG, Postgres::stop, Postgres::start_again);
}

#[test]
#[ignore = "takes minutes: for the night"]
fn what_happens_while_the_database_hangs_for_a_minute_is_told() {
    away(LONG, |postgres| postgres.hang(), |postgres| postgres.go_on());
}

#[test]
fn a_database_that_restarts_again_and_again_costs_nothing() {
    let mut postgres = Postgres::start();
    let stage = stage(&postgres);
    let mut troupes = assemble(&stage).unwrap();
    for _ in 0..3 {
        perform(&mut troupes, &stage.book, 2);
        postgres.stop();
        perform(&mut troupes, &stage.book, 1);
        postgres.start_again();
    }
    stage.audit();
    drop((troupes, stage));
}

/// A computer that restarts: clients are back at once, before what they left is made good for.
#[test]
fn a_kill_of_both_at_once_breaks_nothing() {
    let mut postgres = Postgres::start();
    let mut stage = stage(&postgres);
    for _ in 0..2 {
        let mut troupes = assemble(&stage).unwrap();
        perform(&mut troupes, &stage.book, 2);
        troupes.iter_mut().for_each(|troupe| troupe.enter(&stage.book).unwrap());
        stage.settle();
        stage.platform.kill().unwrap();
        stage.book.turn(End::Killed);
        postgres.kill();
        postgres.start_again();
        stage.platform.start().unwrap();
    }
    perform(&mut assemble(&stage).unwrap(), &stage.book, 3);
    stage.audit();
    drop(stage);
}

#[test]
fn a_kill_while_the_database_is_away_breaks_nothing() {
    let postgres = Postgres::start();
    let mut stage = stage(&postgres);
    let mut troupes = assemble(&stage).unwrap();
    perform(&mut troupes, &stage.book, 3);
    postgres.hang();
    perform(&mut troupes, &stage.book, 3);
    troupes.iter_mut().for_each(|troupe| troupe.enter(&stage.book).unwrap());
    stage.platform.kill().unwrap();
    stage.book.turn(End::Killed);
    postgres.go_on();
    stage.platform.start().unwrap();
    perform(&mut assemble(&stage).unwrap(), &stage.book, 3);
    stage.audit();
    drop((troupes, stage));
}
