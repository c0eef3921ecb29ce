//! The WebSocket path over real sockets, byte for byte.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod allocations;
mod compression;
mod conformance;
mod draining;
mod framing;
mod fuzz;
mod handshake;
mod harness;
mod reading;
