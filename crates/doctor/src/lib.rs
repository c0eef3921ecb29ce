//! Why do my users not get WebSockets? A client that walks the way of a user's browser to the platform,
//! transport by transport, and says in words where it ends and what to change.
//!
//! It is a crate of its own because it runs on the other side: it knows the platform by its public
//! protocol alone, and therefore judges any server that speaks it.
//!
//! The main path: [`Doctor::examine`] opens a [`Line`](line::Line) on each transport, one after the other,
//! and tells a [`Finding`] for each. The lines that work stay open: events that are published at the end
//! must arrive on all of them. Nothing waits longer than its [`Deadline`](deadline::Deadline), and all of it
//! together no longer than twelve times the patience.

mod address;
mod attempt;
mod authorization;
mod cors;
mod deadline;
mod doctor;
mod explain;
mod failure;
mod finding;
mod frame;
mod http;
mod judge;
mod line;
mod network;
mod poll;
mod proxy;
mod publish;
mod random;
mod report;
mod session;
mod sockjs;
mod sse;
mod text;
mod tls;
mod visit;
mod websocket;

pub use address::AddressError;
pub use doctor::{Doctor, DoctorError, Questions};
pub use finding::{Finding, Outcome, Step};
pub use report::Report;
