//! Turns a socket into a connection of the data plane.
//!
//! [`WebSocketUpgrade::serve`] takes over the TCP stream of an HTTP upgrade, with what was already
//! read, asks the [`Admission`] which app it may join, and from then on reads and writes the socket
//! itself: no HTTP dispatcher, no buffers while nothing is under way.
//!
//! It is a crate of its own so that the data plane knows no wire and the wire no channels. It knows
//! neither the REST API nor where apps are stored.

mod detachable;
mod entrance;
mod forwarded;
mod hello;
mod homes;
pub mod http;
mod inbox;
mod outbox;
mod reception;
mod service;
mod session;
mod sessions;
mod socket;
mod trusted_proxies;
mod unacknowledged;
mod websocket;

pub use detachable::{Detachable, Grip, accept};
pub use entrance::{Admission, Entrance};
pub use forwarded::is_secure;
pub use hello::{ConnectRequest, Source};
pub use homes::Homes;
pub use outbox::Sockets;
pub use sessions::Sessions;
pub use trusted_proxies::{InvalidProxy, TrustedProxies, TrustedProxy};
pub use websocket::WebSocketUpgrade;
