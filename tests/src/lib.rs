//! The platform from outside: the real program as a process, stock clients, webhooks received over the
//! network. Shares no code with what it tests.
//!
//! [`Platform::spawn`] is the way in. Tests in Rust are in `tests/it`, suites with stock clients in
//! `clients/` and `browser/`; `with-platform` runs one of those beside a fresh platform.

mod app;
mod binary;
mod database;
mod http;
mod mailbox;
mod platform;
mod webhook_receiver;

pub use app::{App, Webhook};
pub use binary::path as binary_path;
pub use http::{Response, request};
pub use mailbox::{Mailbox, ReceivedMail};
pub use platform::{Options, Platform};
pub use webhook_receiver::{ReceivedWebhook, WebhookReceiver};
