//! The store against a real PostgreSQL: each test gets a database of its own.

#![expect(clippy::unwrap_used, reason = "a failed assumption is a failed test")]

mod accounts;
mod app_changes;
mod apps;
mod deliveries;
mod filters;
mod fixture;
mod housekeeping;
mod incarnation;
mod lanes;
mod listeners;
mod replays;
mod sealing;
mod standing;
mod tokens;
mod webhook_fields;
mod webhooks;
