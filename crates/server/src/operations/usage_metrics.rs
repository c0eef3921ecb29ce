use std::fmt;

use campanile_realtime::UsageKind;

use super::page::{Label, Page};
use crate::usage::BooksStats;

/// What all apps used together, as it is charged for; up to the last reading of the meters.
pub(super) fn write(page: &mut Page<'_>, books: &BooksStats) -> fmt::Result {
    let kinds = [
        ("api", UsageKind::ApiMessages),
        ("client_event", UsageKind::ClientEvents),
        ("delivered_event", UsageKind::DeliveredEvents),
        ("delivered_client_event", UsageKind::DeliveredClientEvents),
        ("delivered_presence", UsageKind::DeliveredPresence),
        ("delivered_cached", UsageKind::DeliveredCached),
        ("delivered_count", UsageKind::DeliveredCounts),
        ("webhook_request", UsageKind::WebhookRequests),
    ];
    page.counters(
        "usage_messages",
        "Messages that count for those who pay, by kind.",
        kinds.map(|(name, kind)| ([(Label::Kind, name)], books.totals[kind])),
    )?;
    page.counter(
        "usage_api_requests",
        "REST requests that published something.",
        books.totals[UsageKind::ApiRequests],
    )?;
    page.gauge(
        "usage_rows_due",
        "Rows of usage, one per minute and app, that wait for the database.",
        books.rows_due as f64,
    )?;
    page.counter("usage_warnings", "Limits that were found nearly or wholly used up.", books.warnings)
}
