//! A program that acts for a tenant with a management token.

use campanile_tests::{Platform, Response, request};
use serde_json::{Value, json};

use crate::person::{Person, text};

/// It sends what it is told to, and none of a browser's headers.
pub(crate) struct Program<'a> {
    platform: &'a Platform,
    token: String,
}

impl<'a> Program<'a> {
    pub(crate) fn new(platform: &'a Platform, token: &str) -> Self {
        Self { platform, token: token.to_owned() }
    }

    pub(crate) fn of(person: &Person<'a>) -> Self {
        Self::with(person, &json!({ "name": "laptop" }))
    }

    /// With a token that is as `new` says.
    pub(crate) fn with(person: &Person<'a>, new: &Value) -> Self {
        let made = person.ok("POST", "/tokens", new);
        Self::new(person.platform, &text(&made["token"]))
    }

    pub(crate) fn send(&self, method: &str, path: &str, body: &Value, more: &[&str]) -> Response {
        let bearer = format!("Authorization: Bearer {}", self.token);
        let headers = [&["Content-Type: application/json", &bearer], more].concat();
        let body = if body.is_null() { String::new() } else { body.to_string() };
        request(&self.platform.authority, method, &format!("/api/v1{path}"), &headers, body.as_bytes())
            .unwrap()
    }
}
