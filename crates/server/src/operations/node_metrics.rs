use std::fmt;

use campanile_protocol::{CloseCode, LimitName, LimitScope, Transport};
use campanile_realtime::{Counters, Node};

use super::page::{Label, Page};

/// What the data plane has done and holds.
#[derive(Debug)]
pub(super) struct NodeStats {
    counters: Counters,
    limits_reached: Vec<(LimitName, LimitScope, u64)>,
    apps: usize,
    /// Open sockets, those that are about to end among them.
    sockets: usize,
}

impl NodeStats {
    pub(super) fn read(node: &Node, sockets: usize) -> Self {
        let (counters, limits_reached) = (node.counters(), node.limits_reached());
        Self { counters, limits_reached, apps: node.realms().len(), sockets }
    }
}

pub(super) fn write(page: &mut Page<'_>, stats: &NodeStats) -> fmt::Result {
    let node = &stats.counters;
    page.gauge("connections", "Open client connections.", node.connections as f64)?;
    page.gauges(
        "transport_connections",
        "Open client connections by how they are connected.",
        Transport::ALL
            .iter()
            .zip(node.by_transport)
            .map(|(transport, count)| ([(Label::Transport, transport.name())], count as f64)),
    )?;
    page.gauge(
        "sockets",
        "Sockets that the data plane holds, those about to end among them.",
        stats.sockets as f64,
    )?;
    page.gauge("apps_in_use", "Apps that someone is connected to or has lately used.", stats.apps as f64)?;
    page.counter("connections_opened", "Client connections that came in.", node.opened)?;
    ends(page, node)?;
    page.counters(
        "limits_reached",
        "Connections and messages refused because a limit of an app or a tenant was reached.",
        stats.limits_reached.iter().map(|(name, scope, count)| {
            ([(Label::Limit, name.as_str()), (Label::Scope, scope_name(*scope))], *count)
        }),
    )?;
    messages(page, node)
}

/// Clients that a server turns away or ends know why by a close code; here it has a name.
fn ends(page: &mut Page<'_>, node: &Counters) -> fmt::Result {
    let by_reason = |counts: [u64; CloseCode::NAMES.len()]| {
        CloseCode::NAMES.iter().zip(counts).map(|(name, count)| ([(Label::Reason, *name)], count))
    };
    page.counters(
        "connections_refused",
        "Clients that were not let in, by the reason they were told.",
        by_reason(node.refused),
    )?;
    page.counters(
        "connections_closed",
        "Connections that the server ended, by the reason the client was told.",
        by_reason(node.closed),
    )
}

fn messages(page: &mut Page<'_>, node: &Counters) -> fmt::Result {
    page.counter("messages_in", "Messages received from clients.", node.messages_in)?;
    page.counter("messages_out", "Channel messages written to subscribers.", node.messages_out)?;
    page.counter("socket_writes", "Writes that carried channel messages.", node.writes)?;
    page.gauge(
        "backlog_bytes",
        "Events that wait inside the node for its hubs, in bytes.",
        node.backlog_bytes as f64,
    )?;
    page.gauge(
        "backlog_limit_bytes",
        "The backlog at which publishing is refused, in bytes.",
        node.backlog_limit_bytes as f64,
    )
}

fn scope_name(scope: LimitScope) -> &'static str {
    match scope {
        LimitScope::App => "app",
        LimitScope::Tenant => "tenant",
    }
}
