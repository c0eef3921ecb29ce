//! The ledger: what real sockets did is written down, and all of it must be told to every endpoint, exactly
//! once after deduplication by id and in order per channel, whatever fails meanwhile: endpoints, PostgreSQL,
//! the platform itself, killed between any two steps.
//!
//! The way through: a [`stage::Stage`] is a platform with endpoints; [`actors`] write each act into the
//! [`book::Book`] before they do it; [`recorder::Recorder`]s keep every request; [`check`] compares. Each run
//! also spoils copies of what it received, and the checker must notice ([`spoil`]): a checker that cannot
//! go red proves nothing.
//!
//! What a kill may cost is exactly this: the youngest acts, of all channels and types alike, that were in
//! memory and not yet recorded. What is told of a channel is therefore a beginning of what happened in it, and
//! later the departure of everyone who was told to be present and has not returned by then: see [`explain`].
//!
//! `cargo test -p campanile-tests --test ledger` runs the short set, with `-- --ignored` the long one.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod actors;
mod benchmark;
mod book;
mod check;
mod client;
mod database;
mod endings;
mod explain;
mod failpoints;
mod faults;
mod isolation;
mod manner;
mod outage;
mod planted;
mod recorder;
mod request_head;
mod script;
mod spoil;
mod stage;
mod told;
