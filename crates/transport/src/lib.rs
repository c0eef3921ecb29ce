//! Turns a socket, or the requests of an HTTP session, into a connection of the data plane.
//!
//! [`WebSocketUpgrade::serve`] takes over the TCP stream of an HTTP upgrade, with what was already
//! read, asks the [`Admission`] which app it may join, and from then on reads and writes the socket
//! itself: no HTTP dispatcher, no buffers while nothing is under way.
//!
//! Where no WebSocket gets through, [`http::routes`] serve sessions whose requests come and go. Each has a
//! home, one worker's [`Sessions`], which [`Homes`] knows; a response that goes on is taken from below the
//! HTTP server ([`Detachable`]) and written as a WebSocket is.
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
pub mod request_id;
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
