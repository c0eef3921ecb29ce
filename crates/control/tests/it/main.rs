//! The store against a real PostgreSQL: each test gets a database of its own.

mod accounts;
mod app_changes;
mod apps;
mod fixture;
mod housekeeping;
mod incarnation;
mod lanes;
mod sealing;
mod webhooks;
