//! The platform from outside, and the shape of its sources.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod architecture;
mod command_line;
mod doctor;
mod lifetime;
mod listen;
mod management;
mod operations;
mod origins;
mod person;
mod program;
mod proxies;
mod rest;
mod signing;
mod socket;
mod tokens;
mod webhook_access;
mod webhook_log;
mod webhook_product;
mod webhook_stage;
mod webhooks;
