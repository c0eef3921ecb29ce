//! Webhooks against a real PostgreSQL and a real HTTP receiver.

#![expect(clippy::unwrap_used, reason = "a failed assumption is a failed test")]

mod crash;
mod delivery;
mod fixture;
mod outage;
mod receiver;
mod targets;
