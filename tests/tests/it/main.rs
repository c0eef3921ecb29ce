//! The platform from outside, and the shape of its sources.

mod architecture;
mod command_line;
mod lifetime;
mod management;
mod operations;
mod rest;
mod signing;
mod socket;
mod webhooks;
