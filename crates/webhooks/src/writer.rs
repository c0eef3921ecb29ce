use std::{
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use campanile_control::{RecordBatch, RecordedOccurrence, Store, StoreError, boundary};
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, sleep, sleep_until, timeout, timeout_at},
};
use uuid::Uuid;

use crate::{bell::Bell, counters::Counters, debounce::Debounce, inbox::Entry};

const BATCH_OCCURRENCES: usize = 500;
const BATCH_DELAY: Duration = Duration::from_millis(50);
/// A transaction that takes longer counts as lost; it is asked again under the same number.
const RECORD_WITHIN: Duration = Duration::from_secs(15);
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// Tries of a batch that the database refuses although it is there.
const MAX_REFUSALS: u32 = 10;
/// How long the end of the process waits for the last batches.
const FLUSH_WITHIN: Duration = Duration::from_secs(5);

/// Brings occurrences from the inbox into the database. While that is away, one batch waits here
/// and all others in the inbox, which is bounded.
pub(crate) struct Writer {
    pub(crate) store: Store,
    pub(crate) incarnation: Uuid,
    pub(crate) receiver: mpsc::UnboundedReceiver<Entry>,
    pub(crate) debounce: Debounce,
    pub(crate) counters: Arc<Counters>,
    pub(crate) bell: Bell,
    pub(crate) stop: watch::Receiver<bool>,
}

/// What is about to be recorded.
#[derive(Default)]
struct Pending {
    told: Vec<Entry>,
    flush_at: Option<Instant>,
    /// The first of `told`, as they were given to the database, which has not confirmed them. They
    /// must not grow under the same number: it may have them, unheard.
    unconfirmed: Option<RecordBatch>,
    /// The last confirmed batch's number.
    number: i64,
}

impl Writer {
    pub(crate) async fn run(mut self) {
        let mut pending = Pending::default();
        let mut arrived = Vec::new();
        loop {
            let deadline = [self.debounce.next_deadline(), pending.flush_at].into_iter().flatten().min();
            tokio::select! {
                _ = self.stop.wait_for(|stop| *stop) => break,
                count = self.receiver.recv_many(&mut arrived, BATCH_OCCURRENCES) => {
                    if count == 0 {
                        break;
                    }
                }
                () = until(deadline) => {}
            }
            for entry in arrived.drain(..) {
                self.debounce.push(entry, &mut pending.told);
            }
            self.debounce.release(Instant::now(), &mut pending.told);
            if pending.is_due() {
                let mut stop = self.stop.clone();
                tokio::select! {
                    _ = stop.wait_for(|stop| *stop) => break,
                    () = self.flush(&mut pending) => {}
                }
            }
        }
        self.finish(pending).await;
    }

    /// Records what is left without waiting for anyone's return: the sockets are closed.
    async fn finish(mut self, mut pending: Pending) {
        self.receiver.close();
        while let Ok(entry) = self.receiver.try_recv() {
            self.debounce.push(entry, &mut pending.told);
        }
        self.debounce.release_all(&mut pending.told);
        let deadline = Instant::now() + FLUSH_WITHIN;
        if timeout_at(deadline, self.flush(&mut pending)).await.is_err() {
            // Not lost where it matters: who is noted as present is told as gone at the next start.
            tracing::warn!(occurrences = pending.told.len(), "the database is away, ending without it");
        }
        boundary("shutdown.flushed");
    }

    /// Records all that is pending. When it is cancelled, what is not known to be recorded stays, and
    /// is recorded once by the next call, whether or not the last try succeeded unheard.
    async fn flush(&self, pending: &mut Pending) {
        while let Some(batch) = pending.next_batch(self.incarnation) {
            boundary("writer.batched");
            self.record(batch).await;
            boundary("writer.committed");
            pending.confirm();
            boundary("writer.confirmed");
        }
        pending.flush_at = None;
    }

    /// Returns when the batch is recorded, or never can be.
    async fn record(&self, batch: &RecordBatch) {
        let (mut pause, mut refusals) = (FIRST_PAUSE, 0);
        loop {
            let count = batch.occurrences.len();
            match timeout(RECORD_WITHIN, self.store.record(batch)).await {
                Ok(Ok(events)) => {
                    self.counters.recorded.fetch_add(count as u64, Relaxed);
                    if events > 0 {
                        self.bell.ring();
                    }
                    return;
                }
                Ok(Err(error)) => {
                    refusals += u32::from(!error.is_unavailable());
                    if refusals >= MAX_REFUSALS {
                        self.counters.unrecordable.fetch_add(count as u64, Relaxed);
                        report(&error, "webhook occurrences are lost, the database refuses them");
                        return;
                    }
                    report(&error, "webhook occurrences wait for the database");
                }
                Err(_) => tracing::warn!("webhook occurrences wait for a slow database"),
            }
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

impl Pending {
    /// Starts the clock with the first that waits; due when it has run out, or when there are many.
    fn is_due(&mut self) -> bool {
        if self.told.is_empty() {
            return false;
        }
        let now = Instant::now();
        let flush_at = *self.flush_at.get_or_insert(now + BATCH_DELAY);
        self.told.len() >= BATCH_OCCURRENCES || flush_at <= now
    }

    /// The unconfirmed batch, or else the next one.
    fn next_batch(&mut self, incarnation: Uuid) -> Option<&RecordBatch> {
        if self.unconfirmed.is_none() && !self.told.is_empty() {
            let first = self
                .told
                .iter()
                .take(BATCH_OCCURRENCES)
                .map(|entry| RecordedOccurrence { id: Uuid::now_v7(), occurrence: entry.occurrence.clone() });
            let (number, occurrences) = (self.number + 1, first.collect());
            self.unconfirmed = Some(RecordBatch { incarnation, number, occurrences });
        }
        self.unconfirmed.as_ref()
    }

    /// The database has the unconfirmed batch: its room in the inbox is free.
    fn confirm(&mut self) {
        if let Some(batch) = self.unconfirmed.take() {
            self.told.drain(..batch.occurrences.len());
            self.number = batch.number;
        }
    }
}

fn report(error: &StoreError, message: &'static str) {
    tracing::warn!(error = error as &dyn std::error::Error, "{message}");
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use campanile_protocol::{AppId, ChannelName, Occurrence, OccurrenceKind};

    use super::*;
    use crate::Inbox;

    #[tokio::test]
    async fn an_unconfirmed_batch_never_grows_under_its_number() {
        let (inbox, mut receiver) = Inbox::new(1 << 20);
        let mut arrive = |pending: &mut Pending| {
            let (app_id, channel) = (AppId::from_number(1).unwrap(), ChannelName::parse("a").ok());
            let occurrence = Occurrence { app_id, channel, at_ms: 0, kind: OccurrenceKind::Occupied };
            inbox.push(occurrence, Duration::ZERO);
            pending.told.push(receiver.try_recv().unwrap());
        };
        let mut pending = Pending::default();
        assert!(pending.next_batch(Uuid::nil()).is_none());
        arrive(&mut pending);
        let first = pending.next_batch(Uuid::nil()).unwrap().clone();
        arrive(&mut pending);
        let again = pending.next_batch(Uuid::nil()).unwrap();
        assert_eq!((again.number, again.occurrences.len()), (1, 1));
        assert_eq!(again.occurrences[0].id, first.occurrences[0].id);
        pending.confirm();
        let second = pending.next_batch(Uuid::nil()).unwrap();
        assert_eq!((second.number, second.occurrences.len()), (2, 1));
        pending.confirm();
        assert!(pending.next_batch(Uuid::nil()).is_none());
    }
}
