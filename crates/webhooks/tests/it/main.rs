//! Webhooks against a real PostgreSQL and a real HTTP receiver.

#![expect(clippy::unwrap_used, reason = "a failed assumption is a failed test")]

mod connections;
mod crash;
mod delivery;
mod fairness;
mod fixture;
mod hostile;
mod listening;
mod outage;
mod rebinding;
mod receiver;
mod rules;
mod sink;
mod ssrf;
mod targets;
mod throughput;
mod trials;
