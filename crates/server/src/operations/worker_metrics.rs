use std::fmt;

use super::{
    page::{Label, Page},
    workers::WorkerStats,
};

/// What the workers do with requests, and how late they are.
pub(super) fn write(page: &mut Page<'_>, stats: &WorkerStats) -> fmt::Result {
    page.counters(
        "http_requests",
        "Answered HTTP requests of the public port, by area and class of status; upgrades are not among them.",
        stats.requests.iter().map(|(area, class, count)| {
            ([(Label::Area, area.name()), (Label::Status, *class)], *count)
        }),
    )?;
    page.histograms(
        "http_request_duration_seconds",
        "Time until the head of an answer was ready, in seconds.",
        stats.took.iter().map(|(area, took)| ([(Label::Area, area.name())], took)),
    )?;
    page.histogram(
        "worker_lag_seconds",
        "How much later than due the workers came to a timer, four times a second each, in seconds.",
        &stats.lag,
    )
}
