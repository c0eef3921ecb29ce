use std::time::Duration;

use crate::TargetPolicy;

/// How webhooks are told.
#[derive(Clone, Debug)]
pub struct WebhookConfig {
    /// Which addresses may be posted to.
    pub policy: TargetPolicy,
    /// How long a removal waits for a return that cancels it; zero tells it at once.
    pub debounce: Duration,
    /// How long an endpoint may take for all of its answer.
    pub timeout: Duration,
    /// How long it may take to be connected.
    pub connect_timeout: Duration,
    /// How much may wait in memory for the database. Client events may use half of it.
    pub inbox_bytes: usize,
}

impl Default for WebhookConfig {
    fn default() -> Self {
        Self {
            policy: TargetPolicy::default(),
            debounce: Duration::from_secs(3),
            timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(3),
            inbox_bytes: 64 * 1024 * 1024,
        }
    }
}
