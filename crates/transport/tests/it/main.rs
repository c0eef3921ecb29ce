//! The WebSocket path over real sockets, byte for byte.

mod framing;
mod handshake;
mod harness;
mod reading;
