//! The edge where everything meets: the data plane's REST API and sockets, the management API and
//! the dashboard on one port, operations on another.
//!
//! [`start`] wires the crates: an app directory cached from `control` answers which app a key opens,
//! occurrences of `realtime` go into the inbox of `webhooks`, and errors of the inner crates become
//! HTTP answers here and nowhere else. What it deliberately does not know: SQL, signatures, frames.

mod admission;
mod api;
pub mod config;
mod dashboard;
mod directory;
mod http;
mod management;
mod observer;
mod operations;
mod serve;
pub mod telemetry;
mod timeline;

pub use serve::{Platform, Running, ServeError, start};
