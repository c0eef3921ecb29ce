use std::{sync::Arc, time::Duration};

use campanile_protocol::{App, Occurrence};
use campanile_realtime::{ActivityKind, Node, Observer};
use campanile_webhooks::{Attempted, Inbox, Webhooks};

/// Hands what happens on the sockets to the webhooks.
pub(crate) struct InboxObserver(pub(crate) Inbox);

impl Observer for InboxObserver {
    fn observe(&self, app: &App, occurrence: Occurrence) {
        let debounce = Duration::from_millis(app.settings.webhook_debounce_ms.into());
        self.0.push(occurrence, debounce);
    }
}

/// Tells who watches an app of the requests to its endpoints. The node does not live longer for it.
pub(crate) fn show_attempts(webhooks: &Webhooks, node: &Arc<Node>) {
    let node = Arc::downgrade(node);
    webhooks.on_attempt(move |Attempted { app_id, webhook, delivery, status, error }| {
        let Some(realm) = node.upgrade().and_then(|node| node.find_realm(app_id)) else { return };
        realm.tell(|| ActivityKind::WebhookAttempt {
            webhook: webhook.to_string().into(),
            delivery: delivery.to_string().into(),
            status,
            error: error.map(Arc::from),
        });
    });
}
