//! What people type about an endpoint. Faults are told by field; what the store knows better than a form
//! (patterns, headers, lanes, times) it judges itself.

use std::{collections::BTreeMap, time::Duration};

use campanile_protocol::OccurrenceType;
use secrecy::SecretString;
use serde::de::DeserializeOwned;

use crate::management::{Management, ManagementError, validation::Form};

/// Custom headers by name.
pub(in crate::management) type Headers = BTreeMap<String, SecretString>;

pub(in crate::management) fn url(form: &mut Form, management: &Management, url: &str) {
    form.take("url", management.targets.check_url(url));
}

/// What an endpoint is called; nothing is a name too.
pub(super) fn name(form: &mut Form, name: &str) -> String {
    if name.trim().is_empty() { String::new() } else { form.name("name", name) }
}

/// At least one.
pub(super) fn event_types(form: &mut Form, names: &[String]) -> Vec<OccurrenceType> {
    form.require("event_types", !names.is_empty(), "Choose at least one event.");
    let types = names.iter().map(|name| name.parse()).collect::<Result<Vec<OccurrenceType>, _>>();
    form.take("event_types", types).unwrap_or_default()
}

pub(in crate::management) fn headers(headers: Headers) -> Vec<(String, SecretString)> {
    headers.into_iter().collect()
}

pub(super) fn timeout(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// A body that need not be there.
pub(super) fn optional<T: DeserializeOwned + Default>(body: &[u8]) -> Result<T, ManagementError> {
    if body.is_empty() {
        return Ok(T::default());
    }
    serde_json::from_slice(body).map_err(|error| ManagementError::Malformed(error.to_string()))
}
