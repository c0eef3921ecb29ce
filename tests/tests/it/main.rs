//! The platform from outside, and the shape of its sources.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod architecture;
mod command_line;
mod lifetime;
mod management;
mod operations;
mod rest;
mod signing;
mod socket;
mod webhooks;
