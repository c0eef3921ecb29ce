//! Keeps the books of what tenants use: reads the meters of the data plane every few seconds, and stores what
//! they say, minute by minute.
//!
//! A crash loses what was used since the last reading, five seconds at most, and how long connections lasted in
//! the running minute. Nothing is ever counted twice.
//! While the database is away, what is read is kept here, within bounds, and stored later.

mod ledger;
mod rates;
mod warnings;

use std::{
    cmp::Reverse,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use campanile_control::{Store, StoreError, UsageAmounts, UsageStep};
use campanile_realtime::{Metered, Node, Reading, UsageCounts, UsageKind};
use campanile_webhooks::Meter;
use time::OffsetDateTime;
use tokio::{
    sync::Notify,
    task::AbortHandle,
    time::{sleep, timeout},
};
use uuid::Uuid;

pub(crate) use self::rates::Rates;
use self::{ledger::Ledger, warnings::Warnings};

/// The books of one start of this node. Dropping it stops keeping them, as a crash would.
pub(crate) struct Books {
    shared: Arc<Shared>,
    tasks: [AbortHandle; 2],
}

/// How keeping the books goes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct BooksStats {
    /// What all apps used, from the start of the process.
    pub(crate) totals: UsageCounts,
    /// Rows that wait for the database.
    pub(crate) rows_due: usize,
    /// Limits that were found nearly or wholly used up.
    pub(crate) warnings: u64,
}

/// Reads how it goes. Cloning shares it.
#[derive(Clone)]
pub(crate) struct BooksMeter(Arc<Shared>);

struct Shared {
    store: Store,
    node: Arc<Node>,
    webhooks: Meter,
    incarnation: Uuid,
    state: Mutex<State>,
    /// Rung when there is something to store.
    filled: Notify,
    storing: tokio::sync::Mutex<()>,
}

struct State {
    ledger: Ledger,
    warnings: Warnings,
    rates: Rates,
    totals: UsageCounts,
    warned: u64,
    /// When the meters were read last.
    read_at: OffsetDateTime,
}

/// Between two readings. They fall on whole minutes, so that each belongs to one.
const INTERVAL: Duration = Duration::from_secs(5);
/// How long the end of the process waits for the database.
const LAST_WORDS: Duration = Duration::from_secs(10);

impl Books {
    /// Continues the day where it is stored, and begins to keep books. To be called before the first client
    /// comes, within a tokio runtime.
    pub(crate) async fn open(
        store: Store,
        node: Arc<Node>,
        webhooks: Meter,
        incarnation: Uuid,
    ) -> Result<Self, StoreError> {
        let now = OffsetDateTime::now_utc();
        let earlier = store.messages_of_day(now).await?;
        node.continue_day(
            earlier.into_iter().map(|(tenant, app, messages)| (Metered { tenant, app }, messages)),
        );
        let state = State {
            ledger: Ledger::default(),
            warnings: Warnings::new(UsageStep::Day.floor(now)),
            rates: Rates::new(UsageStep::Day.floor(now)),
            totals: UsageCounts::default(),
            warned: 0,
            read_at: now,
        };
        let (state, filled, storing) = (Mutex::new(state), Notify::new(), tokio::sync::Mutex::default());
        let shared = Arc::new(Shared { store, node, webhooks, incarnation, state, filled, storing });
        let tasks = [
            tokio::spawn(read_forever(shared.clone())).abort_handle(),
            tokio::spawn(store_forever(shared.clone())).abort_handle(),
        ];
        Ok(Self { shared, tasks })
    }

    pub(crate) fn meter(&self) -> BooksMeter {
        BooksMeter(self.shared.clone())
    }

    /// Stores everything that was used until now.
    pub(crate) async fn balance(&self) {
        self.shared.read();
        self.shared.state().ledger.close();
        match timeout(LAST_WORDS, self.shared.store_all()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::error!(error = &error as &dyn std::error::Error, "the last usage is not stored");
            }
            Err(_) => tracing::error!("the last usage is not stored: the database does not answer"),
        }
    }
}

impl Drop for Books {
    fn drop(&mut self) {
        self.tasks.iter().for_each(AbortHandle::abort);
    }
}

impl BooksMeter {
    pub(crate) fn read(&self) -> BooksStats {
        let state = self.0.state();
        BooksStats { totals: state.totals, rows_due: state.ledger.due(), warnings: state.warned }
    }

    /// What tenants used lately.
    pub(crate) fn rates(&self) -> Rates {
        self.0.state().rates.clone()
    }
}

async fn read_forever(shared: Arc<Shared>) {
    loop {
        sleep(until_next(OffsetDateTime::now_utc())).await;
        shared.read();
        shared.filled.notify_one();
    }
}

/// Until the next reading.
fn until_next(now: OffsetDateTime) -> Duration {
    let past =
        u64::try_from(now.unix_timestamp_nanos().rem_euclid(1_000_000_000 * 60)).expect("within a minute");
    let interval = INTERVAL.as_nanos() as u64;
    Duration::from_nanos(interval - past % interval)
}

async fn store_forever(shared: Arc<Shared>) {
    loop {
        shared.filled.notified().await;
        if let Err(error) = shared.store_all().await {
            let rows = shared.state().ledger.due();
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                rows,
                "usage is not stored, trying again"
            );
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no one panics holding it")
    }

    /// Reads the meters: what they say was used since the last reading, and belongs to its minute and day.
    fn read(&self) {
        let mut state = self.state();
        let (began, now) = (state.read_at, OffsetDateTime::now_utc().max(state.read_at));
        let day = UsageStep::Day.floor(began);
        for ((tenant, app), requests) in self.webhooks.take_requests() {
            let counts = UsageCounts::of(UsageKind::WebhookRequests, requests);
            self.node.count_usage(Metered::app(tenant, app), &counts);
        }
        let minute = UsageStep::Minute.floor(began).unix_timestamp();
        state.ledger.begin(minute);
        // Two readings may come one right after the other, or a clock be set back: a rate of no time says nothing.
        let elapsed = (now - began).unsigned_abs().max(INTERVAL);
        let readings = self.node.take_usage(UsageStep::Day.floor(now) != day);
        state.rates.read(day, elapsed, &readings);
        for reading in readings {
            state.ledger.add(minute, reading.of.tenant, reading.of.app, &amounts(&reading));
            state.warnings.note(day, elapsed, &reading);
            if reading.of.app.is_some() {
                state.totals += reading.counts;
            }
        }
        state.read_at = now;
    }

    /// Stores all that is due; one batch after the other, because each replaces what the last one said.
    async fn store_all(&self) -> Result<(), StoreError> {
        let _storing = self.storing.lock().await;
        loop {
            let rows = self.state().ledger.batch();
            if rows.is_empty() {
                break;
            }
            self.store.store_usage(self.incarnation, &rows).await?;
            self.state().ledger.stored(&rows);
        }
        let mut warnings = self.state().warnings.pending().to_vec();
        // The highest first: it says what the others would.
        warnings.sort_by_key(|warning| Reverse(warning.percent));
        for warning in warnings {
            let is_new = self.store.store_warning(&warning).await?;
            let mut state = self.state();
            state.warnings.stored(&warning);
            if is_new {
                state.warned += 1;
                tracing::warn!(
                    tenant.id = %warning.tenant.0, app.id = warning.app.map(tracing::field::display),
                    limit = warning.limit_name, percent = warning.percent, used = warning.used,
                    most = warning.most, "a limit is nearly or wholly used up"
                );
            }
        }
        Ok(())
    }
}

fn amounts(reading: &Reading) -> UsageAmounts {
    let Reading { counts, connections, .. } = reading;
    UsageAmounts {
        connections_peak: connections.peak.into(),
        connection_ms: connections.lasted_ms,
        api_requests: counts[UsageKind::ApiRequests],
        api_messages: counts[UsageKind::ApiMessages],
        client_events: counts[UsageKind::ClientEvents],
        delivered_events: counts[UsageKind::DeliveredEvents],
        delivered_client_events: counts[UsageKind::DeliveredClientEvents],
        delivered_presence: counts[UsageKind::DeliveredPresence],
        delivered_cached: counts[UsageKind::DeliveredCached],
        delivered_counts: counts[UsageKind::DeliveredCounts],
        webhook_requests: counts[UsageKind::WebhookRequests],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_fall_on_whole_minutes() {
        let at = |millis: i128| OffsetDateTime::from_unix_timestamp_nanos(millis * 1_000_000).unwrap();
        assert_eq!(until_next(at(600_000)), INTERVAL);
        assert_eq!(until_next(at(659_999)), Duration::from_millis(1));
        assert_eq!(until_next(at(601_500)), Duration::from_millis(3_500));
    }
}
