use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use campanile_control::{Backlog, Store};
use tokio::time::timeout;

use crate::inbox::Gauge;

/// How long a reading may wait for the database.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);

/// What the tasks count, from the start of the process.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) recorded: AtomicU64,
    pub(crate) unrecordable: AtomicU64,
    pub(crate) delivered: AtomicU64,
    pub(crate) failed: AtomicU64,
    pub(crate) dropped: AtomicU64,
}

/// Reads how webhooks are doing. Cloning shares it.
#[derive(Clone)]
pub struct Meter {
    pub(crate) counters: Arc<Counters>,
    pub(crate) gauge: Arc<Gauge>,
    pub(crate) store: Store,
}

/// How webhooks are doing; counts are from the start of the process.
#[derive(Clone, Copy, Debug, Default)]
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
    pub batches_dropped: u64,
    /// What is recorded and not yet delivered; absent while the database is away.
    pub backlog: Option<Backlog>,
}

impl Meter {
    /// Reads the counts, and the backlog from the database if it answers within two seconds.
    pub async fn read(&self) -> Stats {
        let backlog = timeout(ANSWER_WITHIN, self.store.backlog()).await;
        let (counters, gauge) = (&self.counters, &self.gauge);
        Stats {
            inbox_occurrences: gauge.entries.load(Relaxed) as u64,
            inbox_bytes: gauge.bytes.load(Relaxed) as u64,
            shed_client_events: gauge.shed_client_events.load(Relaxed),
            shed_edges: gauge.shed_edges.load(Relaxed),
            unrecordable: counters.unrecordable.load(Relaxed),
            recorded: counters.recorded.load(Relaxed),
            attempts_delivered: counters.delivered.load(Relaxed),
            attempts_failed: counters.failed.load(Relaxed),
            batches_dropped: counters.dropped.load(Relaxed),
            backlog: backlog.ok().and_then(Result::ok),
        }
    }
}
