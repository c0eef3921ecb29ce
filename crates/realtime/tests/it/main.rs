//! The data plane from outside: actors, hubs and channels, with connections in memory.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod caching;
mod connections;
mod console;
mod delivery;
mod harness;
mod insight;
mod presence;
mod resilience;
mod usage;
mod users;
