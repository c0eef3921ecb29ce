//! The data plane from outside: actors, hubs and channels, with connections in memory.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod caching;
mod connections;
mod delivery;
mod harness;
mod presence;
mod resilience;
mod users;
