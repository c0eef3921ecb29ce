use std::{future::Future, time::Duration};

use tokio::time::{Instant, timeout_at};

/// When to stop waiting.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline(Instant);

impl Deadline {
    pub(crate) fn after(patience: Duration) -> Self {
        Self(Instant::now() + patience)
    }

    /// At most that long from now, and never past this one.
    pub(crate) fn within(self, patience: Duration) -> Self {
        Self(self.0.min(Instant::now() + patience))
    }

    /// An equal share of what is left.
    pub(crate) fn share(self, parts: usize) -> Self {
        let left = self.0.saturating_duration_since(Instant::now());
        Self(Instant::now() + left / u32::try_from(parts.max(1)).unwrap_or(u32::MAX))
    }

    pub(crate) fn has_passed(self) -> bool {
        self.0 <= Instant::now()
    }

    /// `None` if it takes longer.
    pub(crate) async fn wait<F: Future>(self, future: F) -> Option<F::Output> {
        timeout_at(self.0, future).await.ok()
    }
}
