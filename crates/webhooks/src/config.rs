use std::time::Duration;

use crate::{Lookup, TargetPolicy};

/// How webhooks are told.
#[derive(Clone, Debug)]
pub struct WebhookConfig {
    /// Which addresses may be posted to.
    pub policy: TargetPolicy,
    /// How names become addresses.
    pub lookup: Lookup,
    /// How long an endpoint may take to be connected.
    pub connect_timeout: Duration,
    /// How much may wait in memory for the database. Client events may use half of it.
    pub inbox_bytes: usize,
    /// Whether readings tell endpoints apart.
    pub metrics_by_endpoint: bool,
}

impl Default for WebhookConfig {
    fn default() -> Self {
        Self {
            policy: TargetPolicy::default(),
            lookup: Lookup::default(),
            connect_timeout: Duration::from_secs(3),
            inbox_bytes: 64 * 1024 * 1024,
            metrics_by_endpoint: false,
        }
    }
}
