//! The checklist of the Pusher reference (section 11) over raw WebSocket and HTTP: one test for each
//! statement, named after its number. `sdk-specs/conformance.md` lists them and is kept by [`page`].
//!
//! All tests share one platform ([`stage::Stage`]) and have an app of their own on it
//! ([`scene::Scene`]).

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod client;
mod hooks;
mod page;
mod raw;
mod scene;
#[path = "../it/signing.rs"]
mod signing;
mod stage;
mod statements;

mod cache;
mod client_events;
mod closing;
mod connection;
mod encrypted;
mod framing;
mod liveness;
mod presence;
mod presence_users;
mod private;
mod public;
mod rest_auth;
mod rest_publish;
mod rest_query;
mod subscription_count;
mod users;
mod watchlist;
mod webhook_retries;
mod webhooks;
