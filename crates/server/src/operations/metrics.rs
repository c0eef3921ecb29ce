use std::fmt;

use campanile_realtime::Counters;
use campanile_webhooks::Stats;
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, text},
    registry::Registry,
};

use super::{page::Page, webhook_metrics};

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
        webhook_metrics::write(&mut page, webhooks)
    }
}
