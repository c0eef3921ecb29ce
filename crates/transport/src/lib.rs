//! Turns a socket into a connection of the data plane.
//!
//! [`WebSocketUpgrade::serve`] takes over the TCP stream of an HTTP upgrade, with what was already
//! read, asks the [`Admission`] which app it may join, and from then on reads and writes the socket
//! itself: no HTTP dispatcher, no buffers while nothing is under way.
//!
//! It is a crate of its own so that the data plane knows no wire and the wire no channels. It knows
//! neither the REST API nor where apps are stored.

mod entrance;
mod hello;
mod outbox;
mod socket;
mod websocket;

pub use entrance::{Admission, Entrance};
pub use hello::{ConnectRequest, Source};
pub use outbox::Sockets;
pub use websocket::WebSocketUpgrade;
