//! The platform from outside, and the shape of its sources.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod access_matrix;
mod architecture;
mod audit_log;
mod auth_endpoint;
mod channels;
mod command_line;
mod connections;
mod doctor;
mod events;
mod invitations;
mod key_rotation;
mod lifetime;
mod limits;
mod listen;
mod live;
mod mailed;
mod management;
mod monitoring;
mod notices;
mod operations;
mod operator;
mod origins;
mod person;
mod program;
mod proxies;
mod recovery;
mod request_ids;
mod rest;
mod second_factor;
mod sessions;
mod signing;
mod socket;
mod tokens;
mod traces;
mod usage;
mod webhook_access;
mod webhook_log;
mod webhook_product;
mod webhook_stage;
mod webhooks;
