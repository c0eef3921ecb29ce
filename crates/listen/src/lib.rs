//! Webhooks on a developer's own computer, without a tunnel: an outbound connection to the platform brings
//! an app's webhooks, each is posted to a local address exactly as it would have come, and what the local
//! server answered goes back.
//!
//! It is a crate of its own because it is the only part that runs on the other side: it knows the
//! platform by its API alone. And it posts wherever it is told to, which the platform never may.
//!
//! The walk of one webhook: [`Listener::run`] reads a [`delivery`](Delivery) from the stream, posts it,
//! reports the status, and tells the caller ([`Notice`]). When the connection ends it is made again, and
//! what was not reported comes again.

mod delivery;
mod forward;
mod listener;
mod platform;
mod sse;

pub use delivery::{Delivery, Event};
pub use forward::Answer;
pub use listener::{Listener, Notice};
pub use platform::{ListenError, Source};
