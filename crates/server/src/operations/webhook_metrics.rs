use std::fmt;

use campanile_webhooks::{EndpointStats, Stats};
use time::OffsetDateTime;
use uuid::Uuid;

use super::page::{Labels, Page};

/// How webhooks are doing.
pub(super) fn write(page: &mut Page<'_>, stats: &Stats) -> fmt::Result {
    inbox(page, stats)?;
    attempts(page, stats)?;
    if !stats.by_endpoint.is_empty() {
        endpoints(page, &stats.by_endpoint)?;
    }
    queue(page, stats)
}

fn inbox(page: &mut Page<'_>, stats: &Stats) -> fmt::Result {
    page.gauge("webhook_inbox_occurrences", "Occurrences not yet recorded", stats.inbox_occurrences as f64)?;
    page.gauge("webhook_inbox_bytes", "Memory they take", stats.inbox_bytes as f64)?;
    page.counter("webhook_occurrences_recorded", "Occurrences recorded", stats.recorded)?;
    let shed = stats.shed_client_events + stats.shed_edges + stats.unrecordable;
    page.counter("webhook_occurrences_shed", "Occurrences lost to a full inbox or a refusal", shed)
}

fn attempts(page: &mut Page<'_>, stats: &Stats) -> fmt::Result {
    let outcomes = [
        ("delivered", stats.attempts_delivered),
        ("failed", stats.attempts_failed.saturating_sub(stats.batches_dead)),
        ("dead", stats.batches_dead),
    ];
    page.counters(
        "webhook_attempts",
        "Webhook requests by what became of them; dead: failed, and given up",
        outcomes.map(|(outcome, count)| ([("outcome", outcome.to_owned())], count)),
    )?;
    page.histogram("webhook_attempt_duration_seconds", "What webhook requests took", &stats.latency)
}

/// Families of their own: a sum over all series of one family counts nothing twice.
fn endpoints(page: &mut Page<'_>, endpoints: &[(Uuid, EndpointStats)]) -> fmt::Result {
    let series = |(id, stats): &(Uuid, EndpointStats)| {
        let labels =
            |outcome: &str| -> Labels<2> { [("endpoint", id.to_string()), ("outcome", outcome.to_owned())] };
        [
            (labels("delivered"), stats.delivered),
            (labels("failed"), stats.failed.saturating_sub(stats.dead)),
            (labels("dead"), stats.dead),
        ]
    };
    page.counters(
        "webhook_endpoint_attempts",
        "Webhook requests of each endpoint by what became of them",
        endpoints.iter().flat_map(series),
    )?;
    page.histograms(
        "webhook_endpoint_attempt_duration_seconds",
        "What webhook requests to each endpoint took",
        endpoints.iter().map(|(id, stats)| ([("endpoint", id.to_string())], &stats.latency)),
    )
}

fn queue(page: &mut Page<'_>, stats: &Stats) -> fmt::Result {
    let Some(backlog) = &stats.backlog else { return Ok(()) };
    page.gauge("webhook_queue_events", "Recorded events not yet delivered", backlog.pending as f64)?;
    let oldest = backlog.oldest_at.map_or(0.0, |at| (OffsetDateTime::now_utc() - at).as_seconds_f64());
    page.gauge("webhook_queue_oldest_seconds", "Age of the oldest of them", oldest.max(0.0))?;
    page.gauge("webhook_failing_lanes", "Lanes that keep trying a batch", backlog.failing_lanes as f64)?;
    page.gauge(
        "webhook_dead_letters",
        "Batches given up that wait for a decision",
        backlog.dead_letters as f64,
    )
}
