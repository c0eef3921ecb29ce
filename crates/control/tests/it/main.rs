//! The store against a real PostgreSQL: each test gets a database of its own.

#![expect(clippy::unwrap_used, reason = "a failed assumption is a failed test")]

mod accounts;
mod app_changes;
mod apps;
mod audit;
mod deliveries;
mod factors;
mod filters;
mod fixture;
mod housekeeping;
mod incarnation;
mod invitations;
mod keys;
mod lanes;
mod limits;
mod listeners;
mod mails;
mod members;
mod operators;
mod people;
mod races;
mod recovery;
mod replays;
mod room;
mod sealing;
mod standing;
mod tokens;
mod unverified;
mod usage;
mod webhook_fields;
mod webhooks;
