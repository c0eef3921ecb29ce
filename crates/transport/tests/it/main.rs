//! The WebSocket path over real sockets, byte for byte.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod allocations;
mod framing;
mod handshake;
mod harness;
mod reading;
