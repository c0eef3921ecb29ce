use std::{
    mem::size_of,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use campanile_control::boundary;
use campanile_protocol::{Occurrence, OccurrenceKind};
use tokio::{sync::mpsc, time::Instant};

/// Where the data plane leaves what happened. Cloning shares it.
///
/// It holds a bounded number of bytes, which grows only while the database is away. When it is
/// full, an occurrence is dropped, counted and logged; client events may fill only the first half
/// of it, so that they never cost an edge its place. Removals that wait for a return stay in it; those of one
/// app may fill a sixteenth of it, beyond which its oldest are told early.
#[derive(Clone, Debug)]
pub struct Inbox {
    sender: mpsc::UnboundedSender<Entry>,
    gauge: Arc<Gauge>,
}

/// How full the inbox is, and what it refused.
#[derive(Debug)]
pub(crate) struct Gauge {
    capacity_bytes: usize,
    pub(crate) bytes: AtomicUsize,
    pub(crate) entries: AtomicUsize,
    pub(crate) shed_client_events: AtomicU64,
    pub(crate) shed_edges: AtomicU64,
}

/// An occurrence on its way to the database.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) occurrence: Occurrence,
    pub(crate) arrived: Instant,
    /// How long it waits for a return that cancels it, if it is a removal.
    pub(crate) debounce: Duration,
    place: Place,
}

/// Room taken in the inbox, given back when dropped: the occurrence is recorded, or was cancelled.
#[derive(Debug)]
struct Place {
    gauge: Arc<Gauge>,
    bytes: usize,
}

impl Inbox {
    pub(crate) fn new(capacity_bytes: usize) -> (Self, mpsc::UnboundedReceiver<Entry>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let gauge = Arc::new(Gauge {
            capacity_bytes,
            bytes: AtomicUsize::new(0),
            entries: AtomicUsize::new(0),
            shed_client_events: AtomicU64::new(0),
            shed_edges: AtomicU64::new(0),
        });
        (Self { sender, gauge }, receiver)
    }

    pub(crate) fn gauge(&self) -> &Arc<Gauge> {
        &self.gauge
    }

    /// Takes an occurrence. A removal waits `debounce` for a return that cancels both edges; zero tells it
    /// at once. Never blocks and never fails; see above for what happens when it is full.
    pub fn push(&self, occurrence: Occurrence, debounce: Duration) {
        let is_client_event = matches!(
            occurrence.kind,
            OccurrenceKind::ClientEvent { .. }
                | OccurrenceKind::CacheMiss
                | OccurrenceKind::SubscriptionCount { .. }
        );
        let capacity = self.gauge.capacity_bytes / if is_client_event { 2 } else { 1 };
        match Place::take(&self.gauge, size_bytes(&occurrence), capacity) {
            Some(place) => {
                // Refused only when the writer has ended, at the end of the process.
                let arrived = Instant::now();
                let _ = self.sender.send(Entry { occurrence, arrived, debounce, place });
                boundary("inbox.pushed");
            }
            None if is_client_event => {
                self.gauge.shed_client_events.fetch_add(1, Relaxed);
            }
            None => {
                self.gauge.shed_edges.fetch_add(1, Relaxed);
                tracing::error!(app.id = %occurrence.app_id, "webhook inbox full: an edge is lost");
            }
        }
    }
}

impl Entry {
    /// What it occupies of the inbox.
    pub(crate) fn size_bytes(&self) -> usize {
        self.place.bytes
    }
}

impl Place {
    fn take(gauge: &Arc<Gauge>, bytes: usize, capacity: usize) -> Option<Self> {
        if gauge.bytes.fetch_add(bytes, Relaxed) + bytes > capacity {
            gauge.bytes.fetch_sub(bytes, Relaxed);
            return None;
        }
        gauge.entries.fetch_add(1, Relaxed);
        Some(Self { gauge: Arc::clone(gauge), bytes })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.gauge.bytes.fetch_sub(self.bytes, Relaxed);
        self.gauge.entries.fetch_sub(1, Relaxed);
    }
}

/// What an occurrence occupies, with a part of the channel's name that it may share.
fn size_bytes(occurrence: &Occurrence) -> usize {
    let texts = match &occurrence.kind {
        OccurrenceKind::Occupied
        | OccurrenceKind::Vacated
        | OccurrenceKind::CacheMiss
        | OccurrenceKind::SubscriptionCount { .. } => 0,
        OccurrenceKind::MemberAdded { user_id } | OccurrenceKind::MemberRemoved { user_id } => user_id.len(),
        OccurrenceKind::ClientEvent { event, data, socket_id, user_id } => {
            event.len() + data.len() + socket_id.len() + user_id.as_ref().map_or(0, String::len)
        }
        OccurrenceKind::ConnectionOpened { .. } => 0,
        OccurrenceKind::ConnectionClosed { user_id, reason, .. } => {
            reason.len() + user_id.as_ref().map_or(0, String::len)
        }
    };
    size_of::<Entry>() + occurrence.channel.as_ref().map_or(0, |channel| channel.as_str().len()) + texts
}

#[cfg(test)]
mod tests {
    use campanile_protocol::{AppId, ChannelName};

    use super::*;

    fn occurrence(kind: OccurrenceKind) -> Occurrence {
        let (app_id, channel) = (AppId::from_number(1).unwrap(), ChannelName::parse("news").ok());
        Occurrence { app_id, channel, at_ms: 0, kind }
    }

    fn client_event() -> Occurrence {
        let (event, data, socket_id) = ("client-a".into(), "x".repeat(1000), "1.1".into());
        occurrence(OccurrenceKind::ClientEvent { event, data, socket_id, user_id: None })
    }

    #[tokio::test]
    async fn client_events_are_shed_first_and_edges_only_when_all_is_full() {
        let (inbox, mut receiver) = Inbox::new(10_000);
        (0..20).for_each(|_| inbox.push(client_event(), Duration::ZERO));
        let shed_client_events = inbox.gauge.shed_client_events.load(Relaxed);
        assert!(shed_client_events >= 15, "{shed_client_events}");
        assert_eq!(inbox.gauge.shed_edges.load(Relaxed), 0);
        (0..100).for_each(|_| inbox.push(occurrence(OccurrenceKind::Occupied), Duration::ZERO));
        let shed_edges = inbox.gauge.shed_edges.load(Relaxed);
        assert!((1..90).contains(&shed_edges), "{shed_edges}");

        while receiver.try_recv().is_ok() {}
        assert_eq!(inbox.gauge.bytes.load(Relaxed), 0, "room is given back");
        assert_eq!(inbox.gauge.entries.load(Relaxed), 0);
        inbox.push(occurrence(OccurrenceKind::Vacated), Duration::ZERO);
        assert!(receiver.try_recv().is_ok());
        assert_eq!(inbox.gauge.shed_edges.load(Relaxed), shed_edges);
    }
}
