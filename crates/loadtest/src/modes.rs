//! One file per mode: its arguments, its scenario, what it reports.

pub(crate) mod client_events;
pub(crate) mod connect;
pub(crate) mod fanout;
pub(crate) mod idle;
pub(crate) mod presence;
pub(crate) mod slow;
pub(crate) mod storm;
pub(crate) mod trigger;
