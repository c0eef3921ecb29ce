//! The data plane from outside: actors, hubs and channels, with connections in memory.

mod delivery;
mod harness;
mod presence;
mod resilience;
