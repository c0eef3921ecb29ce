use campanile_protocol::Occurrence;
use campanile_realtime::Observer;
use campanile_webhooks::Inbox;

/// Hands what happens on the sockets to the webhooks.
pub(crate) struct InboxObserver(pub(crate) Inbox);

impl Observer for InboxObserver {
    fn observe(&self, occurrence: Occurrence) {
        self.0.push(occurrence);
    }
}
