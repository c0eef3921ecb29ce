//! The edge where everything meets: the data plane's REST API and sockets, the management API and
//! the dashboard on one port, operations on another.
//!
//! [`start`] wires the crates: an app directory cached from `control` answers which app a key opens,
//! occurrences of `realtime` go into the inbox of `webhooks`, and errors of the inner crates become
//! HTTP answers here and nowhere else. What it deliberately does not know: SQL, signatures, frames.

mod admission;
mod answers;
mod api;
pub mod config;
mod dashboard;
mod directory;
mod drain;
mod http;
mod key_upkeep;
mod mail;
mod management;
mod observer;
pub mod openapi;
mod operations;
mod request_id;
mod serve;
pub mod telemetry;
mod timeline;
mod traces;
mod usage;

pub use mail::MailSettings;
pub use management::{RouteDescription, describe_routes};
pub use serve::{Platform, Running, ServeError, start};
pub use traces::{TraceError, TraceSettings};
