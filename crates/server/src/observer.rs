use std::time::Duration;

use campanile_protocol::{App, Occurrence};
use campanile_realtime::Observer;
use campanile_webhooks::Inbox;

/// Hands what happens on the sockets to the webhooks.
pub(crate) struct InboxObserver(pub(crate) Inbox);

impl Observer for InboxObserver {
    fn observe(&self, app: &App, occurrence: Occurrence) {
        let debounce = Duration::from_millis(app.settings.webhook_debounce_ms.into());
        self.0.push(occurrence, debounce);
    }
}
