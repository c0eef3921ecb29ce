use std::fmt;

use campanile_webhooks::{EndpointStats, Stats};
use time::OffsetDateTime;
use uuid::Uuid;

use super::page::{Label, Labels, Page};

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
    page.gauge(
        "webhook_inbox_occurrences",
        "Occurrences that are not recorded yet.",
        stats.inbox_occurrences as f64,
    )?;
    page.gauge(
        "webhook_inbox_bytes",
        "Memory that occurrences not yet recorded take, in bytes.",
        stats.inbox_bytes as f64,
    )?;
    page.counter(
        "webhook_occurrences_recorded",
        "Occurrences recorded, of which deliveries are made.",
        stats.recorded,
    )?;
    let shed = stats.shed_client_events + stats.shed_edges + stats.unrecordable;
    page.counter(
        "webhook_occurrences_shed",
        "Occurrences lost to a full inbox, or because the database refused them.",
        shed,
    )
}

fn attempts(page: &mut Page<'_>, stats: &Stats) -> fmt::Result {
    let outcomes = [
        ("delivered", stats.attempts_delivered),
        ("failed", stats.attempts_failed.saturating_sub(stats.batches_dead)),
        ("dead", stats.batches_dead),
    ];
    page.counters(
        "webhook_attempts",
        "Webhook requests by what became of them; dead: failed, and given up.",
        outcomes.map(|(outcome, count)| ([(Label::Outcome, outcome)], count)),
    )?;
    page.histogram(
        "webhook_attempt_duration_seconds",
        "Time that webhook requests took, in seconds.",
        &stats.latency,
    )
}

/// Families of their own: a sum over all series of one family counts nothing twice.
fn endpoints(page: &mut Page<'_>, endpoints: &[(Uuid, EndpointStats)]) -> fmt::Result {
    let series = |(id, stats): &(Uuid, EndpointStats)| {
        let labels = |outcome: &str| -> Labels<2, String> {
            [(Label::Endpoint, id.to_string()), (Label::Outcome, outcome.to_owned())]
        };
        [
            (labels("delivered"), stats.delivered),
            (labels("failed"), stats.failed.saturating_sub(stats.dead)),
            (labels("dead"), stats.dead),
        ]
    };
    page.counters(
        "webhook_endpoint_attempts",
        "Webhook requests of each endpoint by what became of them.",
        endpoints.iter().flat_map(series),
    )?;
    page.histograms(
        "webhook_endpoint_attempt_duration_seconds",
        "Time that webhook requests to each endpoint took, in seconds.",
        endpoints.iter().map(|(id, stats)| ([(Label::Endpoint, id.to_string())], &stats.latency)),
    )
}

fn queue(page: &mut Page<'_>, stats: &Stats) -> fmt::Result {
    let Some(backlog) = &stats.backlog else { return Ok(()) };
    page.gauge(
        "webhook_queue_events",
        "Recorded events that are not delivered yet.",
        backlog.pending as f64,
    )?;
    let oldest = backlog.oldest_at.map_or(0.0, |at| (OffsetDateTime::now_utc() - at).as_seconds_f64());
    page.gauge(
        "webhook_queue_oldest_seconds",
        "Age of the oldest event that is not delivered yet, in seconds.",
        oldest.max(0.0),
    )?;
    page.gauge(
        "webhook_failing_lanes",
        "Lanes of endpoints whose last try failed, and that try again.",
        backlog.failing_lanes as f64,
    )?;
    page.gauge(
        "webhook_dead_letters",
        "Deliveries given up that wait for someone's decision.",
        backlog.dead_letters as f64,
    )
}
