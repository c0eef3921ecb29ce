use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use campanile_control::{Backlog, Outcome, Store};
use campanile_protocol::{AppId, TenantId};
use tokio::time::timeout;
use uuid::Uuid;

use crate::inbox::Gauge;

/// How long a reading may wait for the database.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);
/// Endpoints that are told apart at most; beyond them only the sum is counted.
const MAX_ENDPOINTS: usize = 10_000;
const BOUNDS_SECONDS: [f64; 12] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// What the tasks count, from the start of the process.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) recorded: AtomicU64,
    pub(crate) unrecordable: AtomicU64,
    attempts: Mutex<Tally>,
    /// Requests that nobody has taken the count of.
    requests: Mutex<HashMap<(TenantId, AppId), u64>>,
    /// Absent unless endpoints are to be told apart.
    by_endpoint: Option<Mutex<HashMap<Uuid, Tally>>>,
}

/// Tries by what became of them.
#[derive(Clone, Debug, Default)]
struct Tally {
    delivered: u64,
    failed: u64,
    dead: u64,
    durations: [u64; BOUNDS_SECONDS.len() + 1],
    seconds: f64,
}

/// Reads how webhooks are doing. Cloning shares it.
#[derive(Clone)]
pub struct Meter {
    pub(crate) counters: Arc<Counters>,
    pub(crate) gauge: Arc<Gauge>,
    pub(crate) store: Store,
}

/// How webhooks are doing; counts are from the start of the process.
#[derive(Clone, Debug, Default)]
pub struct Stats {
    /// Occurrences in memory: held back, or waiting for the database.
    pub inbox_occurrences: u64,
    /// What they occupy.
    pub inbox_bytes: u64,
    /// Client events dropped because the inbox was half full.
    pub shed_client_events: u64,
    /// Edges dropped because the inbox was full.
    pub shed_edges: u64,
    /// Occurrences dropped because the database refused them for good.
    pub unrecordable: u64,
    /// Occurrences recorded.
    pub recorded: u64,
    /// Tries that succeeded.
    pub attempts_delivered: u64,
    /// Tries that failed.
    pub attempts_failed: u64,
    /// Batches given up.
    pub batches_dead: u64,
    /// How long tries took.
    pub latency: Histogram,
    /// The same per endpoint, where that is wanted.
    pub by_endpoint: Vec<(Uuid, EndpointStats)>,
    /// What is recorded and not yet delivered; absent while the database is away.
    pub backlog: Option<Backlog>,
}

/// How one endpoint is doing.
#[derive(Clone, Debug, Default)]
pub struct EndpointStats {
    /// Tries that succeeded.
    pub delivered: u64,
    /// Tries that failed.
    pub failed: u64,
    /// Batches given up.
    pub dead: u64,
    /// How long tries took.
    pub latency: Histogram,
}

/// Durations by bounds.
#[derive(Clone, Debug)]
pub struct Histogram {
    /// Upper bounds.
    pub bounds_seconds: &'static [f64],
    /// How many lie below each bound and above the one before; the last is beyond all bounds.
    pub counts: Vec<u64>,
    /// All durations together.
    pub sum_seconds: f64,
}

impl Default for Histogram {
    fn default() -> Self {
        Tally::default().latency()
    }
}

impl Tally {
    fn add(&mut self, outcome: Outcome, duration: Duration) {
        match outcome {
            Outcome::Delivered => self.delivered += 1,
            Outcome::RetryIn(_) | Outcome::Disable(_) => self.failed += 1,
            Outcome::Dead => {
                self.failed += 1;
                self.dead += 1;
            }
        }
        let seconds = duration.as_secs_f64();
        self.durations[BOUNDS_SECONDS.partition_point(|bound| *bound < seconds)] += 1;
        self.seconds += seconds;
    }

    fn latency(&self) -> Histogram {
        let counts = self.durations.to_vec();
        Histogram { bounds_seconds: &BOUNDS_SECONDS, counts, sum_seconds: self.seconds }
    }
}

impl Counters {
    pub(crate) fn new(by_endpoint: bool) -> Self {
        Self { by_endpoint: by_endpoint.then(Mutex::default), ..Self::default() }
    }

    /// Counts one try.
    pub(crate) fn add_attempt(&self, endpoint: Uuid, outcome: Outcome, duration: Duration) {
        self.attempts.lock().expect("no one panics holding it").add(outcome, duration);
        if let Some(by_endpoint) = &self.by_endpoint {
            let mut tallies = by_endpoint.lock().expect("no one panics holding it");
            if tallies.len() < MAX_ENDPOINTS || tallies.contains_key(&endpoint) {
                tallies.entry(endpoint).or_default().add(outcome, duration);
            }
        }
    }

    /// Counts one request for whoever pays for it.
    pub(crate) fn add_request(&self, tenant: TenantId, app: AppId) {
        *self.requests.lock().expect("no one panics holding it").entry((tenant, app)).or_default() += 1;
    }

    fn by_endpoint(&self) -> Vec<(Uuid, EndpointStats)> {
        let Some(tallies) = &self.by_endpoint else { return Vec::new() };
        let tallies = tallies.lock().expect("no one panics holding it");
        let read = |(id, tally): (&Uuid, &Tally)| {
            let Tally { delivered, failed, dead, .. } = *tally;
            (*id, EndpointStats { delivered, failed, dead, latency: tally.latency() })
        };
        tallies.iter().map(read).collect()
    }
}

impl Meter {
    /// Takes the numbers of requests that were sent since the last time, by app. Requests to endpoints count,
    /// whatever became of them; what listeners are handed, tests and examples do not.
    pub fn take_requests(&self) -> HashMap<(TenantId, AppId), u64> {
        std::mem::take(&mut self.counters.requests.lock().expect("no one panics holding it"))
    }

    /// Reads the counts, and the backlog from the database if it answers within two seconds.
    pub async fn read(&self) -> Stats {
        let backlog = timeout(ANSWER_WITHIN, self.store.backlog()).await;
        let (counters, gauge) = (&self.counters, &self.gauge);
        let attempts = counters.attempts.lock().expect("no one panics holding it").clone();
        Stats {
            inbox_occurrences: gauge.entries.load(Relaxed) as u64,
            inbox_bytes: gauge.bytes.load(Relaxed) as u64,
            shed_client_events: gauge.shed_client_events.load(Relaxed),
            shed_edges: gauge.shed_edges.load(Relaxed),
            unrecordable: counters.unrecordable.load(Relaxed),
            recorded: counters.recorded.load(Relaxed),
            attempts_delivered: attempts.delivered,
            attempts_failed: attempts.failed,
            batches_dead: attempts.dead,
            latency: attempts.latency(),
            by_endpoint: counters.by_endpoint(),
            backlog: backlog.ok().and_then(Result::ok),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_try_is_counted_by_outcome_and_duration() {
        let (counters, endpoint) = (Counters::new(true), Uuid::from_u128(1));
        counters.add_attempt(endpoint, Outcome::Delivered, Duration::from_millis(7));
        counters.add_attempt(endpoint, Outcome::Dead, Duration::from_secs(60));
        counters.add_attempt(Uuid::nil(), Outcome::RetryIn(Duration::ZERO), Duration::from_millis(5));
        let (_, stats) = counters.by_endpoint().into_iter().find(|(id, _)| *id == endpoint).unwrap();
        assert_eq!((stats.delivered, stats.failed, stats.dead), (1, 1, 1));
        assert_eq!((stats.latency.counts[1], stats.latency.counts[12]), (1, 1));
        assert!((stats.latency.sum_seconds - 60.007).abs() < 1e-9);
        assert_eq!(counters.attempts.lock().unwrap().durations[0], 1);
        assert!(Counters::new(false).by_endpoint().is_empty());
    }

    #[test]
    fn requests_are_counted_by_app_until_they_are_taken() {
        let counters = Counters::default();
        let (tenant, app) = (TenantId(Uuid::nil()), AppId::from_number(1).unwrap());
        (0..3).for_each(|_| counters.add_request(tenant, app));
        let requests = std::mem::take(&mut *counters.requests.lock().unwrap());
        assert_eq!(requests.get(&(tenant, app)), Some(&3));
    }
}
