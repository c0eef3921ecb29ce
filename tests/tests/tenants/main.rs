//! Two organisations with equal names for everything, and a third that wants to know: random operations over
//! REST, sockets and the management API, with their own ids and credentials and with each other's. Nothing
//! crosses, every use of what is another's is refused, and in the end each house finds its own world as it left it.
//!
//! The oracle is in [`register`]: everything of a house is marked or random, everything that a house receives is
//! kept as hashes, and what belongs to one and came to another is a crossing. Actors: a house's sockets
//! ([`crew`]), its application servers ([`server`]), its people and programs ([`office`]), a person of both
//! ([`both`]), who watches and is told ([`watch`]). [`planted`] shows that the oracle can go red.
//!
//! `TENANTS_SEED` repeats the choices of a run, which prints it; `TENANTS_OPERATIONS` is how many there are.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod audit;
mod both;
mod changes;
mod crew;
mod day;
mod dice;
mod foreign;
mod house;
mod notes;
mod office;
mod planted;
mod register;
mod routes;
mod seat;
mod server;
mod signing;
mod stage;
mod watch;
mod wire;

use std::env;

use self::{day::Outcome, dice::Dice, stage::Stage};

/// What fits into two minutes of a debug build on two cores.
const SOME: u64 = 300_000;
const ALL: u64 = 1_000_000;

#[expect(clippy::print_stderr, reason = "a run that fails is repeated by its seed")]
fn nothing_crosses_in(operations: u64) {
    let chosen = env::var("TENANTS_OPERATIONS").map(|chosen| chosen.parse().unwrap());
    let (seed, mut dice) = Dice::from_environment();
    eprintln!("TENANTS_SEED={seed}");
    let stage = Stage::new(&mut dice);
    let Outcome { notes, took, faults } = day::spend(&stage, chosen.unwrap_or(operations), &mut dice);
    let [north, south, stranger] = notes.witnesses.each_ref().map(register::Witness::len);
    eprintln!(
        "{} operations, {} of them with what is another's, in {took:.1?}\n\
         {} things watched over; {north}, {south} and {stranger} words received\n{:#?}",
        notes.total(),
        notes.foreign,
        stage.register.len(),
        notes.tally,
    );
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn houses_with_equal_names_never_meet() {
    nothing_crosses_in(SOME);
}

#[test]
#[ignore = "minutes, in a debug build"]
fn houses_with_equal_names_never_meet_in_a_million_operations() {
    nothing_crosses_in(ALL);
}
