use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use actix_http::StatusCode;
use campanile_webhooks::Histogram;
use tokio::time::{Instant, sleep_until};

use super::timings::{Timings, bump};

/// What a request is about, as far as metrics tell: never a path, which holds names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Area {
    /// `POST /apps/{id}/events`, by the short way.
    Trigger,
    /// The rest of the REST API.
    Rest,
    Management,
    /// HTTP transports. How long they take is for the clients to say.
    Transport,
    /// The dashboard's files, and what nobody knows.
    Page,
}

/// What one worker does with requests, and how late it is. Written by its own thread.
#[derive(Debug)]
pub(crate) struct WorkerMeter {
    requests: [Requests; Area::ALL.len()],
    lag: Timings,
}

#[derive(Debug)]
struct Requests {
    /// By the status's first digit.
    by_class: [AtomicU64; CLASSES.len()],
    took: Timings,
}

/// All workers' meters. Cloning shares them.
#[derive(Clone, Debug, Default)]
pub(crate) struct WorkerMeters(Arc<Mutex<Vec<Arc<WorkerMeter>>>>);

/// What all workers did.
#[derive(Debug)]
pub(super) struct WorkerStats {
    pub(super) requests: Vec<(Area, &'static str, u64)>,
    pub(super) took: Vec<(Area, Histogram)>,
    pub(super) lag: Histogram,
}

const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];
const REQUEST_SECONDS: [f64; 14] =
    [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];
/// Timers fire up to two milliseconds late on an idle worker.
const LAG_SECONDS: [f64; 9] = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0];
/// Between two looks at how late a worker is.
const LOOK: Duration = Duration::from_millis(250);

impl Area {
    const ALL: [Self; 5] = [Self::Trigger, Self::Rest, Self::Management, Self::Transport, Self::Page];
    /// Those whose time is ours.
    const TIMED: [Self; 3] = [Self::Trigger, Self::Rest, Self::Management];

    pub(crate) fn of(path: &str) -> Self {
        match path.split('/').nth(1).unwrap_or_default() {
            // Not what has such a name below: a channel may be called `poll`.
            "apps" if matches!(path.split('/').nth(3), Some("sse" | "poll")) => Self::Transport,
            "apps" | "users" => Self::Rest,
            "api" => Self::Management,
            "app" | "pusher" | "sockjs" => Self::Transport,
            _ => Self::Page,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Trigger => "trigger",
            Self::Rest => "rest",
            Self::Management => "management",
            Self::Transport => "transport",
            Self::Page => "page",
        }
    }
}

impl WorkerMeter {
    fn new() -> Self {
        let requests = || Requests { by_class: Default::default(), took: Timings::new(&REQUEST_SECONDS) };
        Self { requests: std::array::from_fn(|_| requests()), lag: Timings::new(&LAG_SECONDS) }
    }

    /// Counts an answer whose head was ready after so long.
    pub(crate) fn add(&self, area: Area, status: StatusCode, took: Duration) {
        let requests = &self.requests[area as usize];
        let class = usize::from(status.as_u16() / 100).clamp(1, CLASSES.len());
        bump(&requests.by_class[class - 1], 1);
        if Area::TIMED.contains(&area) {
            requests.took.add(took);
        }
    }

    /// Looks how much later than due the worker comes to what it has to do; for as long as it lives.
    pub(crate) async fn watch_lag(self: Arc<Self>) {
        loop {
            let due = Instant::now() + LOOK;
            sleep_until(due).await;
            self.lag.add(due.elapsed());
        }
    }
}

impl WorkerMeters {
    /// A meter for one more worker.
    pub(crate) fn join(&self) -> Arc<WorkerMeter> {
        let meter = Arc::new(WorkerMeter::new());
        self.0.lock().expect("no one panics holding it").push(meter.clone());
        meter
    }

    pub(super) fn read(&self) -> WorkerStats {
        let workers = self.0.lock().expect("no one panics holding it");
        let count = |area: Area, class: usize| {
            workers.iter().map(|worker| worker.requests[area as usize].by_class[class].load(Relaxed)).sum()
        };
        let of_area = |area| CLASSES.iter().enumerate().map(move |(class, name)| (area, *name, class));
        let took = |area: Area| {
            let timings = workers.iter().map(|worker| &worker.requests[area as usize].took);
            (area, Timings::sum(&REQUEST_SECONDS, timings))
        };
        WorkerStats {
            requests: Area::ALL
                .into_iter()
                .flat_map(of_area)
                .map(|(area, name, class)| (area, name, count(area, class)))
                .collect(),
            took: Area::TIMED.into_iter().map(took).collect(),
            lag: Timings::sum(&LAG_SECONDS, workers.iter().map(|worker| &worker.lag)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_tells_the_area_and_nothing_else() {
        for (path, area) in [
            ("/apps/1/batch_events", Area::Rest),
            ("/users/9/terminate_connections", Area::Rest),
            ("/apps/1/sse", Area::Transport),
            ("/apps/1/channels/poll", Area::Rest),
            ("/pusher/app/key/1/2/xhr", Area::Transport),
            ("/app/key", Area::Transport),
            ("/api/v1/apps", Area::Management),
            ("/dashboard/apps/1", Area::Page),
            ("/", Area::Page),
            ("", Area::Page),
        ] {
            assert_eq!(Area::of(path), area, "{path}");
        }
    }

    #[test]
    fn an_answer_is_counted_by_area_and_class() {
        let meters = WorkerMeters::default();
        let (one, other) = (meters.join(), meters.join());
        one.add(Area::Trigger, StatusCode::OK, Duration::from_micros(9));
        other.add(Area::Trigger, StatusCode::TOO_MANY_REQUESTS, Duration::from_millis(100));
        other.add(Area::Transport, StatusCode::OK, Duration::from_secs(20));
        let stats = meters.read();
        let counted: Vec<_> = stats.requests.into_iter().filter(|(.., count)| *count > 0).collect();
        assert_eq!(
            counted,
            [(Area::Trigger, "2xx", 1), (Area::Trigger, "4xx", 1), (Area::Transport, "2xx", 1)]
        );
        let (area, took) = &stats.took[0];
        assert_eq!((*area, took.counts[0], took.counts.iter().sum::<u64>()), (Area::Trigger, 1, 2));
    }
}
