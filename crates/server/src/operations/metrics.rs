use std::fmt;

use campanile_realtime::Counters;
use campanile_webhooks::Stats;
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric, text},
    metrics::{counter::ConstCounter, gauge::ConstGauge},
    registry::Registry,
};
use time::OffsetDateTime;

/// All metrics in the OpenMetrics text format. Everything is read at the moment of asking from where it
/// is kept; no label names a tenant, a channel or a socket.
pub(super) fn encode(node: Counters, webhooks: Stats) -> String {
    let mut registry = Registry::with_prefix("campanile");
    registry.register_collector(Box::new(Reading { node, webhooks }));
    let mut text = String::new();
    text::encode(&mut text, &registry).expect("writing to a string does not fail");
    text
}

#[derive(Debug)]
struct Reading {
    node: Counters,
    webhooks: Stats,
}

impl Collector for Reading {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let Self { node, webhooks } = self;
        let mut page = Page(encoder);
        page.gauge("connections", "Open client connections", node.connections as f64)?;
        page.counter("messages_in", "Messages received from clients", node.messages_in)?;
        page.counter("messages_out", "Channel messages written to subscribers", node.messages_out)?;
        page.counter("socket_writes", "Writes that carried them", node.writes)?;
        page.gauge(
            "webhook_inbox_occurrences",
            "Occurrences not yet recorded",
            webhooks.inbox_occurrences as f64,
        )?;
        page.gauge("webhook_inbox_bytes", "Memory they take", webhooks.inbox_bytes as f64)?;
        page.counter("webhook_occurrences_recorded", "Occurrences recorded", webhooks.recorded)?;
        let shed = webhooks.shed_client_events + webhooks.shed_edges + webhooks.unrecordable;
        page.counter("webhook_occurrences_shed", "Occurrences lost to a full inbox or a refusal", shed)?;
        page.counter(
            "webhook_attempts_delivered",
            "Webhook requests that succeeded",
            webhooks.attempts_delivered,
        )?;
        page.counter("webhook_attempts_failed", "Webhook requests that failed", webhooks.attempts_failed)?;
        page.counter("webhook_batches_dropped", "Webhook batches given up", webhooks.batches_dropped)?;
        let Some(backlog) = &webhooks.backlog else { return Ok(()) };
        page.gauge("webhook_queue_events", "Recorded events not yet delivered", backlog.pending as f64)?;
        let oldest = backlog.oldest_at.map_or(0.0, |at| (OffsetDateTime::now_utc() - at).as_seconds_f64());
        page.gauge("webhook_queue_oldest_seconds", "Age of the oldest of them", oldest.max(0.0))
    }
}

struct Page<'a>(DescriptorEncoder<'a>);

impl Page<'_> {
    fn gauge(&mut self, name: &str, help: &str, value: f64) -> fmt::Result {
        self.metric(name, help, &ConstGauge::new(value))
    }

    fn counter(&mut self, name: &str, help: &str, value: u64) -> fmt::Result {
        self.metric(name, help, &ConstCounter::new(value))
    }

    fn metric(&mut self, name: &str, help: &str, metric: &impl EncodeMetric) -> fmt::Result {
        metric.encode(self.0.encode_descriptor(name, help, None, metric.metric_type())?)
    }
}
